#include "base/text.h"

#include "base/plain_locale.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t smaller(size_t x, size_t y) {
  return x < y ? x : y;
}

/* Edits from one word to the other: letters put in, taken out or changed, neighbours swapped. Three
 * rows of the table are kept; rows has room for 3 (strlen(to) + 1). */
static size_t distance(const char *from, const char *to, size_t *rows) {
  const size_t columns = strlen(to), room = columns + 1;
  size_t *before = rows, *last = rows + room, *now = rows + 2 * room;
  for (size_t j = 0; j <= columns; j++) last[j] = j;
  for (size_t i = 0; from[i]; i++) {
    now[0] = i + 1;
    for (size_t j = 0; j < columns; j++) {
      now[j + 1] = smaller(last[j] + (from[i] != to[j]), smaller(now[j], last[j + 1]) + 1);
      if (i && j && from[i] == to[j - 1] && from[i - 1] == to[j])
        now[j + 1] = smaller(now[j + 1], before[j - 1] + 1);
    }
    size_t *oldest = before;
    before = last;
    last = now;
    now = oldest;
  }
  return last[columns];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t count) {
  size_t letters = strlen(word), limit = letters / 3 > 1 ? letters / 3 : 1;
  size_t *rows = memory_array(3 * (letters + limit + 1), sizeof *rows);
  const char *nearest = NULL;
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(candidates[i]);
    if (length > letters + limit || letters > length + limit) continue;
    size_t d = distance(word, candidates[i], rows);
    if (d > limit || (nearest && d == limit)) continue;
    nearest = candidates[i];
    limit = d;
  }
  free(rows);
  return nearest;
}

const char *text_hint(arena *a, const char *word, const char *const *candidates, size_t count) {
  const char *nearest = text_nearest(word, candidates, count);
  const bool helps = nearest && strcmp(nearest, word) != 0; /* known, but not here */
  return helps ? arena_format(a, "; did you mean \"%s\"?", nearest) : "";
}

const char *text_list(arena *a, const char *const *words, size_t count) {
  const size_t shown = count < 24 ? count : 24;
  const char *list = "";
  for (size_t i = 0; i < shown; i++)
    list = arena_format(a, "%s%s%s", list, i ? ", " : "", words[i]);
  return shown == count ? list : arena_format(a, "%s and %zu more", list, count - shown);
}

const char *text_choices(arena *a, const char *word, const char *const *candidates, size_t count) {
  const char *hint = text_hint(a, word, candidates, count);
  if (*hint || count == 0) return hint;
  return arena_format(a, "; available: %s", text_list(a, candidates, count));
}

bool text_number(const char *word, double *out) {
  if (word[0] == '\0' || word[strspn(word, "+-.0123456789eE")] != '\0') return false;
  char *end;
  double number = plain_locale_number(word, &end);
  if (end == word || *end != '\0' || !isfinite(number)) return false;
  *out = number;
  return true;
}

__attribute__((format(printf, 2, 3))) static void print(char out[TEXT_NUMBER], const char *format,
                                                        ...) {
  va_list arguments;
  va_start(arguments, format);
  plain_locale_print(out, TEXT_NUMBER, format, arguments);
  va_end(arguments);
}

char *text_shortest(char out[TEXT_NUMBER], double x) {
  for (int digits = 15; digits <= 17; digits++) {
    double back = 0;
    print(out, "%.*g", digits, x);
    if (text_number(out, &back) && back >= x && back <= x) break;
  }
  return out;
}

bool text_ends_with(const char *text, const char *ending) {
  const size_t length = strlen(text), end = strlen(ending);
  return length >= end && strcmp(text + length - end, ending) == 0;
}

const char *text_plural(size_t count) {
  return count == 1 ? "" : "s";
}

const char *text_path_join(arena *a, const char *path, const char *key) {
  if (!key || !*key) return path;
  if (!*path) return key;
  const size_t before = strlen(path), after = strlen(key);
  char *joined = arena_get(a, before + after + 2); /* printing it would be slow: ls joins many */
  memcpy(joined, path, before);
  joined[before] = '.';
  memcpy(joined + before + 1, key, after);
  return joined;
}

int text_order(const void *x, const void *y) {
  return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* The smallest second byte after first, and in `most` the largest: RFC 3629, which excludes
 * overlong forms, surrogates and everything above U+10FFFF. */
static unsigned char second_byte(unsigned char first, unsigned char *most) {
  *most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  return first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
}

const char *text_next_place(arena *a, const char **list) {
  *list += strspn(*list, ":");
  const size_t length = strcspn(*list, ":");
  if (length == 0) return NULL;
  const char *place = arena_format(a, "%.*s", (int)length, *list);
  *list += length;
  return place;
}

size_t text_utf8(const char *text) {
  const unsigned char *byte = (const unsigned char *)text;
  if (byte[0] < 0x80) return byte[0] != 0;
  if (byte[0] < 0xc2 || byte[0] > 0xf4) return 0;
  size_t length = byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;
  unsigned char most, least = second_byte(byte[0], &most);
  if (byte[1] < least || byte[1] > most) return 0;
  for (size_t i = 2; i < length; i++)
    if ((byte[i] & 0xc0) != 0x80) return 0; /* the NUL at the end also stops here */
  return length;
}

bool text_is_utf8(const char *text) {
  size_t bytes = 1;
  for (; *text && bytes; text += bytes) bytes = text_utf8(text);
  return bytes > 0;
}

bool text_has_control(const char *text) {
  for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++)
    if (*byte < 0x20 || *byte == 0x7f || (byte[0] == 0xc2 && byte[1] >= 0x80 && byte[1] < 0xa0))
      return true;
  return false;
}

static void reserve(text_buffer *buffer, size_t more) {
  if (buffer->room - buffer->length > more) return;
  size_t room = 2 * buffer->length + more + 64;
  char *text = memory_get(room);
  if (buffer->length) memcpy(text, buffer->text, buffer->length);
  free(buffer->text);
  buffer->text = text;
  buffer->room = room;
}

void text_add(text_buffer *buffer, const char *format, ...) {
  enum { MOSTLY_ENOUGH = 64 };
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  reserve(buffer, MOSTLY_ENOUGH);
  const size_t room = buffer->room - buffer->length;
  const size_t length = plain_locale_print(buffer->text + buffer->length, room, format, arguments);
  if (length >= room) { /* it was cut */
    reserve(buffer, length);
    plain_locale_print(buffer->text + buffer->length, length + 1, format, again);
  }
  buffer->length += length;
  va_end(again);
  va_end(arguments);
}

void text_add_bytes(text_buffer *buffer, const char *bytes, size_t length) {
  reserve(buffer, length);
  if (length) memcpy(buffer->text + buffer->length, bytes, length);
  buffer->length += length;
  buffer->text[buffer->length] = '\0';
}
