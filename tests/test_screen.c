/* Texts that fit a screen, and the memory that is used again for each line of a long list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "front/screen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void brief_texts(void **state) {
  arena a = {0};
  (void)state;
  assert_string_equal(screen_time(&a, NAN), "");
  assert_string_equal(screen_time(&a, -5), "0.0s");
  assert_string_equal(screen_time(&a, 3.25), "3.2s");
  assert_string_equal(screen_time(&a, 59.9), "59s");
  assert_string_equal(screen_time(&a, 60), "1m");
  assert_string_equal(screen_time(&a, 7199), "1h");
  assert_string_equal(screen_time(&a, 200 * 86400.0), "200d");
  assert_string_equal(screen_duration(&a, 0.4), "less than 1 s");
  assert_string_equal(screen_duration(&a, 59.4), "59 s");
  assert_string_equal(screen_duration(&a, 59.9), "1 min");
  assert_string_equal(screen_duration(&a, 138), "2 min 18 s");
  assert_string_equal(screen_duration(&a, 7799), "2 h 10 min");
  assert_string_equal(screen_duration(&a, 3600 * 23.9999), "1 d");
  assert_string_equal(screen_duration(&a, 86400 * 12.2), "12 d");
  assert_string_equal(screen_number(&a, NAN, 3), "");
  assert_string_equal(screen_number(&a, 1.5, 3), "1.500");
  assert_string_equal(screen_bytes(&a, 984), "984 B");
  assert_string_equal(screen_bytes(&a, 1234), "1.2 kB");
  assert_string_equal(screen_bytes(&a, 670e6), "670 MB");
  assert_string_equal(screen_cut(&a, "abcdef", 0), "abcdef");
  assert_string_equal(screen_cut(&a, "abcdef", 6), "abcdef");
  assert_string_equal(screen_cut(&a, "abcdef", 5), "abc..");
  arena_close(&a);
}

static void facts_are_wrapped(void **state) {
  char *text;
  size_t length;
  (void)state;
  FILE *out = open_memstream(&text, &length);
  screen_fact(out, "head", "one two three four five six seven", 6, 30);
  screen_fact(out, "long", "abcdefghijklmnopqrstuvwxyzabcdefghijkl", 6, 30);
  screen_fact(out, "free", "one two three four five six seven eight nine", 6, 0);
  fclose(out);
  assert_string_equal(text, "head  one two three four five\n      six seven\n"
                            "long  abcdefghijklmnopqrstuvwx\n      yzabcdefghijkl\n"
                            "free  one two three four five six seven eight nine\n");
  free(text);
}

static void the_width_is_asked_for(void **state) {
  FILE *file = tmpfile();
  (void)state;
  unsetenv("COLUMNS");
  assert_int_equal(screen_width(file), 0);
  setenv("COLUMNS", "100", 1);
  assert_int_equal(screen_width(file), 100);
  setenv("COLUMNS", "1", 1);
  assert_int_equal(screen_width(file), 40);
  setenv("COLUMNS", "wide", 1);
  assert_int_equal(screen_width(file), 0);
  assert_false(screen_has_colours(file));
  fclose(file);
}

/* What is taken after arena_clear is zero, as from a new arena, and does not need more memory. */
static void cleared_memory_is_used_again(void **state) {
  arena a = {0};
  (void)state;
  arena_clear(&a);
  memset(arena_get(&a, 100000), 1, 100000);
  const struct arena_block *largest = a.last;
  arena_clear(&a);
  assert_ptr_equal(a.last, largest);
  const unsigned char *again = arena_get(&a, 100000);
  for (size_t i = 0; i < 100000; i++) assert_int_equal(again[i], 0);
  assert_ptr_equal(a.last, largest);
  arena_close(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(brief_texts),
      cmocka_unit_test(facts_are_wrapped),
      cmocka_unit_test(the_width_is_asked_for),
      cmocka_unit_test(cleared_memory_is_used_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
