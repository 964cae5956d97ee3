/* Small work with words: "did you mean", numbers as text. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/memory.h"
#include "hifm/status.h"

#include <stdbool.h>

/* The candidate nearest to word by edit distance, or NULL when none is near (at most a third of the
 * letters, at least one). */
const char *text_nearest(const char *word, const char *const *candidates, size_t count);

/* "; did you mean \"x\"?" or "" */
const char *text_hint(arena *a, const char *word, const char *const *candidates, size_t count);

/* The whole word as a finite double, whatever the locale says. */
bool text_number(const char *word, double *out);

/* A growing text; close with free(buffer.text). */
typedef struct text_buffer {
  char *text;
  size_t length, room;
} text_buffer;
__attribute__((format(printf, 2, 3))) void text_add(text_buffer *buffer, const char *format, ...);
void text_add_bytes(text_buffer *buffer, const char *bytes, size_t length);

#endif
