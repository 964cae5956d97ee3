/* Safetensors files carry a hash of their content: no damage is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "safetensors_fixture.h"

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
