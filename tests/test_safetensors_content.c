/* Safetensors files carry a hash of their content: no damage is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/safetensors.h"
#include "base/seal.h"
#include "hostile.h"

/* A file with this header, as it stands, and so many bytes of data 0, 1, 2, ... */
static size_t build(char *out, const char *header, size_t data) {
  uint64_t length = strlen(header);
  memcpy(out, &length, 8);
  memcpy(out + 8, header, length);
  for (size_t i = 0; i < data; i++) out[8 + length + i] = (char)i;
  return 8 + length + data;
}

static size_t build_padded(char *out, const char *header, size_t data) {
  char padded[1000];
  size_t length = strlen(header);
  snprintf(padded, sizeof padded, "%s%*s", header, (int)((8 - length % 8) % 8), "");
  return build(out, padded, data);
}

static const float weights[6] = {1, -2, 3.5f, 0, 1e-40f, -0.0f};
static const unsigned char bytes[3] = {7, 0, 255};

static void write_good(void) {
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

/* Every bit that counts is covered: whatever opens although one bit is another has the same
 * tensors and texts. */
static void test_flipped_bits(void **state) {
  (void)state;
  char *good;
  size_t length, opened = 0;
  write_good();
  assert_int_equal(files_read(path, 1000, &good, &length, &err), STATUS_OK);
  for (size_t bit = 0; bit < 8 * length; bit++) {
    safetensors_file file;
    good[bit / 8] ^= (char)(1 << bit % 8);
    assert_int_equal(files_write(path, good, length, &err), STATUS_OK);
    good[bit / 8] ^= (char)(1 << bit % 8);
    if (safetensors_open(&file, path, &err) != STATUS_OK) {
      assert_int_equal(err.status, STATUS_BAD_INPUT);
      continue;
    }
    opened++; /* only the word "content" itself is another */
    assert_null(value_get(file.metadata, "content"));
    assert_string_equal(value_get_text(file.metadata, "step", ""), "17");
    assert_memory_equal(safetensors_find(&file, "weights")->data, weights, sizeof weights);
    assert_memory_equal(safetensors_find(&file, "a.state")->data, bytes, 3);
    safetensors_close(&file);
  }
  assert_true(opened <= 8 * strlen("content"));
  free(good);
}

/* Files of earlier versions have no "content"; one that is not a hash is damage. */
static void test_content(void **state) {
  (void)state;
  static const struct {
    const char *header;
    bool opens;
  } CASES[] = {
      {"{\"w\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}", true},
      {SEALED_HEADER, false},
      {"{\"__metadata__\":{\"content\":\"\"},\"w\":{\"data_offsets\":[0,3],\"dtype\":\"U8\","
       "\"shape\":[3]}}",
       false},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    char text[400];
    safetensors_file file;
    const size_t length = build_padded(text, CASES[i].header, 3);
    assert_int_equal(files_write(path, text, length, &err), STATUS_OK);
    const bool opens = safetensors_open(&file, path, &err) == STATUS_OK;
    assert_int_equal(opens, CASES[i].opens);
    if (opens)
      safetensors_close(&file);
    else
      assert_non_null(strstr(err.message, "damaged"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {TEST(test_flipped_bits), TEST(test_content)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
