/* Small work with words: "did you mean", numbers as text. Nothing here depends on the locale: a
 * decimal comma in a file would be another number to the next reader. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/failure.h"
#include "base/memory.h"

#include <stdbool.h>

/* The candidate nearest to word by edit distance, or NULL when none is near (at most a third of the
 * letters, at least one). */
const char *text_nearest(const char *word, const char *const *candidates, size_t count);

/* "; did you mean \"x\"?" or "" */
const char *text_hint(arena *a, const char *word, const char *const *candidates, size_t count);

/* "a, b, c": the first 24, and how many more there are. */
const char *text_list(arena *a, const char *const *words, size_t count);

/* text_hint, or where no candidate is near "; available: a, b, c"; "" without candidates. */
const char *text_choices(arena *a, const char *word, const char *const *candidates, size_t count);

/* The whole word as a finite decimal number: no spaces, no hexadecimal, no "inf", no "nan". */
bool text_number(const char *word, double *out);

/* The shortest of 15, 16 or 17 digits that reads back as x, written into `out`, which is returned.
 */
enum { TEXT_NUMBER = 32 };
char *text_shortest(char out[TEXT_NUMBER], double x);

bool text_ends_with(const char *text, const char *ending);

/* What a noun after this number ends with: "" after 1, else "s". */
const char *text_plural(size_t count);

/* "flow" and "condition" make "flow.condition"; where one of them is missing
 * (""; key: also NULL), the other one. */
const char *text_path_join(arena *a, const char *path, const char *key);

/* For qsort: an array of const char *, by strcmp. */
int text_order(const void *x, const void *y);

/* The next part of a list of places separated by ':', NULL after the last; empty ones are skipped.
 * `list` moves on. */
const char *text_next_place(arena *a, const char **list);

/* Bytes of the valid UTF-8 character at the start of text, 0 where there is none (or at its end).
 */
size_t text_utf8(const char *text);

/* Is all of it UTF-8? */
bool text_is_utf8(const char *text);

/* Has UTF-8 text a character that moves the cursor or changes colours: of ASCII or U+0080-U+009F?
 */
bool text_has_control(const char *text);

/* A growing text, printed in the C locale; close with free(buffer.text). */
typedef struct text_buffer {
  char *text;
  size_t length, room;
} text_buffer;
__attribute__((format(printf, 2, 3))) void text_add(text_buffer *buffer, const char *format, ...);
void text_add_bytes(text_buffer *buffer, const char *bytes, size_t length);

#endif
