/* .npy and .npz files made for tests, of any dtype; hostile.h has the file. */
#ifndef TESTS_NPY_FIXTURE_H
#define TESTS_NPY_FIXTURE_H

#include "base/deflate.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

/* The start of a file of this version, whose header is the dict, padded as NumPy pads it: data
 * starts at a multiple of `alignment`. Returns where. */
static inline size_t npy_begin_file(char *out, int version, const char *dict, size_t alignment) {
  const size_t width = version == 1 ? 2 : 4, begin = 8 + width, used = begin + strlen(dict) + 1;
  const size_t length = (used + alignment - 1) / alignment * alignment;
  memcpy(out, "\x93NUMPY", 6);
  out[6] = (char)version;
  out[7] = 0;
  for (size_t i = 0; i < width; i++) out[8 + i] = (char)((length - begin) >> (8 * i) & 0xff);
  snprintf(out + begin, length - begin + 1, "%-*s\n", (int)(length - begin - 1), dict);
  return length;
}

/* A file of version 1 with these items. */
static inline size_t npy_build(char *out, const char *dict, const void *items, size_t bytes) {
  const size_t length = npy_begin_file(out, 1, dict, 64);
  memcpy(out + length, items, bytes);
  return length + bytes;
}

/* A file with so many bytes of data: 0, 1, 2, ... */
static inline size_t npy_build_padded(char *out, int version, const char *dict, size_t alignment,
                                      size_t data) {
  const size_t length = npy_begin_file(out, version, dict, alignment);
  for (size_t i = 0; i < data; i++) out[length + i] = (char)i;
  return length + data;
}

/* An archive in the making: members one after the other, then the directory. */
typedef struct npz_builder {
  char bytes[4000], directory[1000];
  size_t used, directory_used, count;
} npz_builder;

static inline size_t npz_put(char *at, size_t number, size_t bytes) {
  for (size_t i = 0; i < bytes; i++, number >>= 8) at[i] = (char)(number & 0xff);
  return bytes;
}

/* The part of both headers from the method to the length of the extra field. */
static inline size_t npz_describe(char *at, bool pack, uint32_t crc, size_t packed, size_t size,
                                  size_t name) {
  size_t used = npz_put(at, 0, 2);
  used += npz_put(at + used, pack ? 8 : 0, 2);
  used += npz_put(at + used, 0, 4);
  used += npz_put(at + used, crc, 4);
  used += npz_put(at + used, packed, 4);
  used += npz_put(at + used, size, 4);
  used += npz_put(at + used, name, 2);
  return used + npz_put(at + used, 0, 2);
}

/* Adds a member of these bytes, or of their raw deflate stream. */
static inline void npz_add(npz_builder *b, const char *name, const char *bytes, size_t size,
                           bool pack) {
  arena a = {0};
  const uint8_t *plain = (const uint8_t *)bytes;
  const uint32_t crc = deflate_crc32(0, plain, size);
  size_t packed = size, start = b->used, *used = &b->used, *more = &b->directory_used;
  if (pack) { /* a zlib stream without its 2 and 4 bytes of frame */
    bytes = (const char *)deflate_pack(&a, plain, size, &packed) + 2;
    packed -= 6;
  }
  memcpy(b->bytes + *used, "PK\3\4\x14\0", 6);
  *used += 6;
  *used += npz_describe(b->bytes + *used, pack, crc, packed, size, strlen(name));
  memcpy(b->bytes + *used, name, strlen(name));
  *used += strlen(name);
  memcpy(b->bytes + *used, bytes, packed);
  *used += packed;
  memcpy(b->directory + *more, "PK\1\2\x14\0\x14\0", 8);
  *more += 8;
  *more += npz_describe(b->directory + *more, pack, crc, packed, size, strlen(name));
  *more += npz_put(b->directory + *more, 0, 10);
  *more += npz_put(b->directory + *more, start, 4);
  memcpy(b->directory + *more, name, strlen(name));
  *more += strlen(name);
  b->count++;
  arena_close(&a);
}

/* Returns the length of the whole archive, in b->bytes. */
static inline size_t npz_end(npz_builder *b) {
  const size_t start = b->used;
  size_t *used = &b->used;
  memcpy(b->bytes + start, b->directory, b->directory_used);
  *used += b->directory_used;
  memcpy(b->bytes + *used, "PK\5\6\0\0\0\0", 8);
  *used += 8;
  *used += npz_put(b->bytes + *used, b->count, 2);
  *used += npz_put(b->bytes + *used, b->count, 2);
  *used += npz_put(b->bytes + *used, b->directory_used, 4);
  *used += npz_put(b->bytes + *used, start, 4);
  return *used += npz_put(b->bytes + *used, 0, 2);
}

#endif
