/* A good safetensors file, and files with any header. */
#ifndef TESTS_SAFETENSORS_FIXTURE_H
#define TESTS_SAFETENSORS_FIXTURE_H

#include "base/safetensors.h"
#include "base/seal.h"
#include "hostile.h"

/* A file with this header, as it stands, and so many bytes of data 0, 1, 2, ... */
static inline size_t build(char *out, const char *header, size_t data) {
  uint64_t length = strlen(header);
  memcpy(out, &length, 8);
  memcpy(out + 8, header, length);
  for (size_t i = 0; i < data; i++) out[8 + length + i] = (char)i;
  return 8 + length + data;
}

static inline size_t build_padded(char *out, const char *header, size_t data) {
  char padded[1000];
  size_t length = strlen(header);
  snprintf(padded, sizeof padded, "%s%*s", header, (int)((8 - length % 8) % 8), "");
  return build(out, padded, data);
}

static const float weights[6] = {1, -2, 3.5f, 0, 1e-40f, -0.0f};
static const unsigned char bytes[3] = {7, 0, 255};

static inline void write_good(void) {
  arena memory = {0};
  value *metadata = value_new(&memory, VALUE_MAP);
  value_put_text(&memory, metadata, "step", "17");
  value_put_text(&memory, metadata, "note", "\xce\xb1 \"quoted\"\n");
  const safetensors_entry entries[] = {{.name = "weights",
                                        .type = SAFETENSORS_F32,
                                        .rank = 2,
                                        .shape = {2, 3},
                                        .data = weights,
                                        .bytes = 24},
                                       {.name = "empty", .rank = 1, .shape = {0}},
                                       {.name = "a.state",
                                        .type = SAFETENSORS_U8,
                                        .rank = 1,
                                        .shape = {3},
                                        .data = bytes,
                                        .bytes = 3}};
  assert_int_equal(safetensors_write(path, metadata, entries, 3, &err), STATUS_OK);
  arena_close(&memory);
}

#define SEALED_HEADER                                                                              \
  "{\"__metadata__\":{\"content\":\"" SEAL_ZEROS                                                   \
  "\"},\"w\":{\"data_offsets\":[0,3],\"dtype\":\"U8\",\"shape\":[3]}}"

#endif
