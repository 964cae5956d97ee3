/* Memory that cannot be NULL, and arenas that are freed at once. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Zeroed bytes, aligned to 64, released with free(). Without them the program ends with a message
 * and STATUS_NO_RESOURCE: no caller could do better. */
void *memory_get(size_t bytes);

/* Like memory_get for count items of size bytes; the product is checked. */
void *memory_array(size_t count, size_t size);

/* Everything taken from an arena lives until arena_close. */
typedef struct arena {
  struct arena_block *last;
} arena;

void *arena_get(arena *a, size_t bytes); /* zeroed, aligned to 16 */
char *arena_text(arena *a, const char *text);
/* printf, in the C locale */
__attribute__((format(printf, 2, 3))) char *arena_format(arena *a, const char *format, ...);
/* All that is in `other` now belongs to `a`; `other` is empty again. */
void arena_take(arena *a, arena *other);
void arena_close(arena *a);
/* The same, but its largest block is kept for what comes next. */
void arena_clear(arena *a);

#endif
