#include "base/memory.h"

#include "base/failure.h"
#include "base/plain_locale.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 64, GRAIN = 16, FIRST_BLOCK = 4 << 10, LAST_BLOCK = 1 << 20 };

struct arena_block {
  struct arena_block *previous;
  size_t used, room;
  _Alignas(GRAIN) unsigned char bytes[];
};

/* size, or 0 where rounding it up would overflow. */
static size_t round_up(size_t size, size_t grain) {
  return size <= SIZE_MAX - grain ? (size + grain - 1) / grain * grain : 0;
}

_Noreturn static void give_up(size_t count, size_t size) {
  fprintf(stderr, "hifm: no memory for %zu x %zu bytes\n", count, size);
  exit(STATUS_NO_RESOURCE);
}

void *memory_get(size_t bytes) {
  size_t rounded = round_up(bytes ? bytes : 1, LINE);
  void *memory = rounded ? aligned_alloc(LINE, rounded) : NULL;
  if (!memory) give_up(1, bytes);
  return memset(memory, 0, rounded);
}

void *memory_array(size_t count, size_t size) {
  if (size && count > SIZE_MAX / size) give_up(count, size);
  return memory_get(count * size);
}

/* Blocks double, so that a large tree costs few of them and a small one little memory. */
static struct arena_block *add_block(arena *a, size_t bytes) {
  size_t room = a->last ? 2 * a->last->room : FIRST_BLOCK;
  if (room > LAST_BLOCK) room = LAST_BLOCK;
  if (room < bytes) room = bytes;
  if (room > SIZE_MAX - sizeof(struct arena_block)) give_up(1, bytes);
  struct arena_block *block = calloc(1, sizeof *block + room); /* large ones: zero when touched */
  if (!block) give_up(1, bytes);
  block->previous = a->last;
  block->room = room;
  return a->last = block;
}

void *arena_get(arena *a, size_t bytes) {
  size_t rounded = round_up(bytes ? bytes : 1, GRAIN);
  if (!rounded) give_up(1, bytes);
  struct arena_block *block = a->last;
  if (!block || block->room - block->used < rounded) block = add_block(a, rounded);
  void *memory = block->bytes + block->used;
  block->used += rounded;
  return memory;
}

char *arena_text(arena *a, const char *text) {
  size_t bytes = strlen(text) + 1;
  return memcpy(arena_get(a, bytes), text, bytes);
}

char *arena_format(arena *a, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  char brief[256]; /* printing is slow: most texts are printed once */
  const size_t bytes = plain_locale_print(brief, sizeof brief, format, arguments) + 1;
  char *text = arena_get(a, bytes);
  if (bytes <= sizeof brief)
    memcpy(text, brief, bytes);
  else
    plain_locale_print(text, bytes, format, again);
  va_end(again);
  va_end(arguments);
  return text;
}

void arena_take(arena *a, arena *other) {
  if (!other->last) return;
  struct arena_block *oldest = other->last;
  while (oldest->previous) oldest = oldest->previous;
  oldest->previous = a->last;
  a->last = other->last;
  other->last = NULL;
}

void arena_close(arena *a) {
  while (a->last) {
    struct arena_block *block = a->last;
    a->last = block->previous;
    free(block);
  }
}

void arena_clear(arena *a) {
  struct arena_block *kept = a->last;
  if (!kept) return;
  a->last = kept->previous;
  arena_close(a);
  memset(kept->bytes, 0, kept->used);
  kept->used = 0;
  kept->previous = NULL;
  a->last = kept;
}
