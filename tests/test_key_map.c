/* The hash map: the same answers as a search through a list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/key_map.h"

#include <string.h>

static void test_empty(void **state) {
  (void)state;
  arena a = {0};
  const key_map map = key_map_new(&a);
  assert_int_equal(key_map_get_text(&map, "x"), KEY_MAP_ABSENT);
  assert_int_equal(key_map_get(&map, NULL, 0), KEY_MAP_ABSENT);
  arena_close(&a);
}

static void test_many(void **state) {
  enum { COUNT = 20000 };
  (void)state;
  arena a = {0};
  key_map map = key_map_new(&a);
  for (size_t i = 0; i < COUNT; i++) {
    const char *key = arena_format(&a, "%zu", i);
    assert_int_equal(key_map_get_text(&map, key), KEY_MAP_ABSENT);
    key_map_put_text(&map, key, 3 * i);
  }
  assert_int_equal(map.count, COUNT);
  for (size_t i = 0; i < COUNT; i++)
    assert_int_equal(key_map_get_text(&map, arena_format(&a, "%zu", i)), 3 * i);
  assert_int_equal(key_map_get_text(&map, arena_format(&a, "%d", COUNT)), KEY_MAP_ABSENT);
  arena_close(&a);
}

static void test_put_replaces(void **state) {
  (void)state;
  arena a = {0};
  key_map map = key_map_new(&a);
  char key[] = "seed";
  key_map_put_text(&map, key, 1);
  key_map_put_text(&map, key, 2);
  assert_int_equal(map.count, 1);
  key[0] = 'f'; /* the map has its own copy */
  assert_int_equal(key_map_get_text(&map, "seed"), 2);
  assert_int_equal(key_map_get_text(&map, "feed"), KEY_MAP_ABSENT);
  arena_close(&a);
}

/* A key is its bytes and their number: NULs count, and so does where it ends. */
static void test_keys_are_bytes(void **state) {
  static const struct {
    const char *bytes;
    size_t length;
  } KEYS[] = {{"", 0}, {"", 1}, {"a", 1}, {"a\0", 2}, {"a\0b", 3}, {"a\0c", 3}, {"ab", 2}};
  enum { COUNT = sizeof KEYS / sizeof *KEYS };
  (void)state;
  arena a = {0};
  key_map map = key_map_new(&a);
  for (size_t i = 0; i < COUNT; i++) key_map_put(&map, KEYS[i].bytes, KEYS[i].length, i);
  assert_int_equal(map.count, COUNT);
  for (size_t i = 0; i < COUNT; i++)
    assert_int_equal(key_map_get(&map, KEYS[i].bytes, KEYS[i].length), i);
  assert_int_equal(key_map_get_text(&map, "a"), 2);
  arena_close(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_empty),
      cmocka_unit_test(test_many),
      cmocka_unit_test(test_put_replaces),
      cmocka_unit_test(test_keys_are_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
