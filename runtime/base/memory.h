/* Memory that cannot be NULL, and arenas that are freed at once. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Zeroed bytes, aligned to 64, released with free(). A program that cannot go on without them says
 * so and ends with STATUS_NO_RESOURCE: no caller has anything better to do. */
void *memory_get(size_t bytes);

/* Like memory_get for count items of size bytes; the product is checked. */
void *memory_array(size_t count, size_t size);

/* Everything taken from an arena lives until arena_close. */
typedef struct arena {
  struct arena_block *last;
} arena;

void *arena_get(arena *a, size_t bytes); /* zeroed, aligned to 16 */
char *arena_text(arena *a, const char *text);
__attribute__((format(printf, 2, 3))) char *arena_format(arena *a, const char *format, ...);
void arena_close(arena *a);

#endif
