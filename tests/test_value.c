/* Memory, values and text: exact results, also under a locale with a decimal comma. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/text.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_memory(void **state) {
  (void)state;
  for (size_t bytes = 0; bytes < 300; bytes += 37) {
    unsigned char *memory = memory_get(bytes);
    assert_int_equal((uintptr_t)memory % 64, 0);
    for (size_t i = 0; i < bytes; i++) assert_int_equal(memory[i], 0);
    free(memory);
  }
}

/* The exit status of a child that asks for too much memory. */
static int status_of_request(size_t count, size_t size) {
  pid_t child = fork();
  if (child == 0) {
    if (!freopen("/dev/null", "w", stderr)) _exit(99);
    memory_array(count, size);
    _exit(0);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_memory_refuses_overflow(void **state) {
  (void)state;
  assert_int_equal(status_of_request(4, 8), 0);
  assert_int_equal(status_of_request(SIZE_MAX / 8 + 1, 8), STATUS_NO_RESOURCE);
  assert_int_equal(status_of_request(1, SIZE_MAX), STATUS_NO_RESOURCE);
}

static void test_arena(void **state) {
  (void)state;
  arena a = {0};
  unsigned char *blocks[2000];
  for (size_t i = 0; i < 2000; i++) {
    size_t bytes = i % 97 + (i % 500 == 499 ? 3 << 20 : 0);
    blocks[i] = arena_get(&a, bytes);
    assert_int_equal((uintptr_t)blocks[i] % 16, 0);
    for (size_t j = 0; j < i % 97; j++) assert_int_equal(blocks[i][j], 0);
    memset(blocks[i], (int)(i % 251), bytes);
  }
  for (size_t i = 0; i < 2000; i++)
    for (size_t j = 0; j < i % 97; j++) assert_int_equal(blocks[i][j], i % 251);
  assert_string_equal(arena_format(&a, "%s=%d", arena_text(&a, "x"), 7), "x=7");
  arena_close(&a);
  assert_null(a.last);
}

static void test_arena_takes_another(void **state) {
  (void)state;
  arena a = {0}, other = {0}, none = {0};
  const char *first = arena_text(&a, "first"), *second = arena_text(&other, "second");
  for (int i = 0; i < 5; i++) arena_get(&other, 3 << 20);
  arena_take(&a, &none);
  arena_take(&a, &other);
  assert_null(other.last);
  assert_string_equal(first, "first");
  assert_string_equal(second, "second");
  arena_take(&none, &a);
  assert_null(a.last);
  assert_string_equal(arena_text(&none, second), "second");
  arena_close(&none); /* leaves nothing: the sanitizer would report it */
}

/* Short and long texts are printed in different ways. */
static void test_printing_at_every_length(void **state) {
  enum { LONGEST = 600 };
  (void)state;
  arena a = {0};
  char letters[LONGEST + 1];
  text_buffer sum = {0};
  size_t before = 0;
  for (size_t i = 0; i <= LONGEST; i++) {
    memset(letters, 'a' + (int)(i % 26), i);
    letters[i] = 0;
    assert_string_equal(arena_format(&a, "%s", letters), letters);
    text_add(&sum, "%s", letters);
    assert_int_equal(sum.length, before + i);
    assert_string_equal(sum.text + before, letters);
    before = sum.length;
  }
  free(sum.text);
  assert_string_equal(text_path_join(&a, "flow", "condition"), "flow.condition");
  assert_string_equal(text_path_join(&a, "", "condition"), "condition");
  assert_string_equal(text_path_join(&a, "flow", ""), "flow");
  assert_string_equal(text_path_join(&a, "flow", NULL), "flow");
  arena_close(&a);
}

static void test_map_keeps_keys_sorted(void **state) {
  (void)state;
  arena a = {0};
  value *map = value_new(&a, VALUE_MAP);
  for (int i = 0; i < 1000; i++)
    value_put_number(&a, map, arena_format(&a, "%03d", i * 389 % 1000), i);
  assert_int_equal(map->count, 1000);
  for (size_t i = 1; i < map->count; i++) assert_true(strcmp(map->keys[i - 1], map->keys[i]) < 0);
  assert_true(value_get_number(map, "389", -1) == 1);
  value_put_text(&a, map, "389", "new");
  assert_int_equal(map->count, 1000);
  assert_string_equal(value_get_text(map, "389", ""), "new");
  assert_null(value_get(map, "x"));
  assert_null(value_get(NULL, "x"));
  assert_null(value_get(value_text(&a, "x"), "x"));
  assert_true(value_get_number(map, "389", -1) == -1);
  assert_true(value_get_bool(map, "389", true));
  assert_string_equal(value_get_text(map, "388", "fallback"), "fallback");
  arena_close(&a);
}

static void test_copy_and_equal(void **state) {
  (void)state;
  arena a = {0};
  value *map = value_new(&a, VALUE_MAP), *list = value_new(&a, VALUE_LIST);
  for (int i = 0; i < 9; i++) value_push(&a, list, value_number(&a, i));
  value_put(&a, map, "list", list);
  value_put(&a, map, "flag", value_bool(&a, true));
  value *copy = value_copy(&a, map);
  assert_true(value_equal(map, copy));
  value_put_number(&a, copy, "more", -0.0);
  assert_false(value_equal(map, copy));
  assert_int_equal(map->count, 2);
  value *shorter = value_copy(&a, list);
  value_push(&a, shorter, value_new(&a, VALUE_NULL));
  assert_int_equal(list->count, 9);
  assert_false(value_equal(list, shorter));
  assert_int_equal(value_copy(&a, NULL)->type, VALUE_MAP);
  assert_true(value_equal(value_number(&a, 0.0), value_number(&a, -0.0)));
  assert_string_equal(json_text(&a, value_number(&a, -0.0)), "0");
  assert_false(value_equal(value_text(&a, "1"), value_number(&a, 1)));
  assert_string_equal(value_type_text(list), "a list");
  assert_string_equal(value_type_text(NULL), "nothing");
  arena_close(&a);
}

static void test_nearest(void **state) {
  (void)state;
  arena a = {0};
  static const char *const names[] = {"clock", "scheme", "hidden", "steps", "c"};
  assert_string_equal(text_nearest("clok", names, 5), "clock");
  assert_string_equal(text_nearest("hiden", names, 5), "hidden");
  assert_string_equal(text_nearest("step", names, 5), "steps");
  assert_string_equal(text_nearest("shceme", names, 5), "scheme");
  assert_null(text_nearest("momentum", names, 5));
  assert_null(text_nearest("clk", names, 5)); /* two edits of three letters */
  assert_null(text_nearest("clock", names, 0));
  assert_string_equal(text_hint(&a, "clok", names, 5), "; did you mean \"clock\"?");
  assert_string_equal(text_hint(&a, "momentum", names, 5), "");
  assert_string_equal(text_choices(&a, "clok", names, 5), "; did you mean \"clock\"?");
  assert_string_equal(text_choices(&a, "momentum", names, 2), "; available: clock, scheme");
  assert_string_equal(text_choices(&a, "momentum", names, 1), "; available: clock");
  assert_string_equal(text_choices(&a, "momentum", names, 0), "");
  arena_close(&a);
}

static void test_small_words(void **state) {
  (void)state;
  arena a = {0};
  char out[TEXT_NUMBER];
  assert_true(text_ends_with("a.png", ".png") && text_ends_with(".png", ".png"));
  assert_false(text_ends_with("png", ".png") || text_ends_with("a.png ", ".png"));
  assert_string_equal(text_plural(0), "s");
  assert_string_equal(text_plural(1), "");
  assert_string_equal(text_path_join(&a, "flow", "condition"), "flow.condition");
  assert_string_equal(text_path_join(&a, "", "flow"), "flow");
  assert_string_equal(text_path_join(&a, "flow", ""), "flow");
  assert_string_equal(text_path_join(&a, "flow", NULL), "flow");
  const char *words[] = {"b", "c", "a"};
  qsort(words, 3, sizeof *words, text_order);
  assert_string_equal(words[0], "a");
  assert_string_equal(words[2], "c");
  assert_string_equal(text_shortest(out, 1.0 / 3), "0.3333333333333333");
  assert_string_equal(text_shortest(out, 1e-5), "1e-05");
  assert_string_equal(text_shortest(out, -1.7976931348623157e308), "-1.7976931348623157e+308");
  arena_close(&a);
}

static void test_list(void **state) {
  (void)state;
  arena a = {0};
  const char *words[27];
  for (size_t i = 0; i < 27; i++) words[i] = i % 2 ? "b" : "a";
#define EIGHT "a, b, a, b, a, b, a, b"
  assert_string_equal(text_list(&a, words, 0), "");
  assert_string_equal(text_list(&a, words, 8), EIGHT);
  assert_string_equal(text_list(&a, words, 24), EIGHT ", " EIGHT ", " EIGHT);
  assert_string_equal(text_list(&a, words, 27), EIGHT ", " EIGHT ", " EIGHT " and 3 more");
  arena_close(&a);
}

static void test_places(void **state) {
  (void)state;
  arena a = {0};
  const char *list = "::/one:two words:::three:";
  assert_string_equal(text_next_place(&a, &list), "/one");
  assert_string_equal(text_next_place(&a, &list), "two words");
  assert_string_equal(text_next_place(&a, &list), "three");
  assert_null(text_next_place(&a, &list));
  assert_null(text_next_place(&a, &list));
  arena_close(&a);
}

static void test_number(void **state) {
  (void)state;
  static const char *const bad[] = {"",    " 1", "1 ", "1x", "0x10", "inf", "nan",  "1e999",
                                    "1,5", "-",  "e5", "1e", "--1",  ".",   "1.2.3"};
  double number = 42;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (text_number(bad[i], &number)) fail_msg("\"%s\" was taken as %g", bad[i], number);
  assert_true(number == 42);
  assert_true(text_number("-1.5e-3", &number) && number == -1.5e-3);
  assert_true(text_number("250", &number) && number == 250);
  assert_true(text_number(".5", &number) && number == 0.5);
  assert_true(text_number("1e-999", &number) && number == 0);
}

static void test_buffer(void **state) {
  (void)state;
  text_buffer buffer = {0};
  text_add_bytes(&buffer, NULL, 0);
  assert_string_equal(buffer.text, "");
  for (int i = 0; i < 1000; i++) text_add(&buffer, "%03d,", i);
  assert_int_equal(buffer.length, 4000);
  assert_memory_equal(buffer.text + 4 * 517, "517,", 4);
  text_add_bytes(&buffer, "a\0b", 3);
  assert_int_equal(buffer.length, 4003);
  assert_int_equal(buffer.text[4003], '\0');
  free(buffer.text);
}

static void test_utf8(void **state) {
  (void)state;
  assert_int_equal(text_utf8(""), 0);
  assert_int_equal(text_utf8("a"), 1);
  assert_int_equal(text_utf8("\xc3\xa9"), 2);
  assert_int_equal(text_utf8("\xe2\x82\xac"), 3);
  assert_int_equal(text_utf8("\xf0\x9f\x98\x80"), 4);
  static const char *const bad[] = {"\x80",
                                    "\xc0\xaf",
                                    "\xe0\x80\xaf",
                                    "\xed\xa0\x80",
                                    "\xf4\x90\x80\x80",
                                    "\xf8\x88\x80\x80",
                                    "\xe2\x82",
                                    "\xff"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(text_utf8(bad[i]), 0);
  assert_true(text_is_utf8(""));
  assert_true(text_is_utf8("caf\xc3\xa9"));
  assert_false(text_is_utf8("caf\xe9"));
}

/* Sets a locale with a decimal comma, made in folder where the system has none. */
static bool set_comma_locale(const char *folder) {
  if (setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "de_DE.utf8")) return true;
  char command[600];
  snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >'%s/log' 2>&1",
           folder, folder);
  if (system(command) == -1) return false;
  setenv("LOCPATH", folder, 1);
  bool set = setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
  unsetenv("LOCPATH");
  return set;
}

static void test_locale_does_not_matter(void **state) {
  (void)state;
  const char *root = getenv("TMPDIR");
  char folder[256], command[300], seen[64] = "", printed[32] = "";
  snprintf(folder, sizeof folder, "%s/hifm-value-XXXXXX", root ? root : "/tmp");
  assert_non_null(mkdtemp(folder));
  bool set = set_comma_locale(folder);
  arena a = {0};
  double number = 0;
  bool taken = text_number("2.5", &number);
  const value *node = NULL;
  status_code status = json_parse(&a, "[0.5,1e-3]", 10, "x", &node, NULL);
  if (status == STATUS_OK) snprintf(seen, sizeof seen, "%s", json_text(&a, node));
  char *formatted = arena_format(&a, "%g", 1.5);
  snprintf(printed, sizeof printed, "%.1f", 1.5);
  setlocale(LC_ALL, "C");
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  assert_int_equal(system(command), 0);
  assert_true(taken && number == 2.5);
  assert_string_equal(seen, "[0.5,0.001]");
  assert_string_equal(formatted, "1.5");
  arena_close(&a);
  if (!set) skip();
  assert_string_equal(printed, "1,5"); /* the locale was indeed one with a comma */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_memory),
      cmocka_unit_test(test_memory_refuses_overflow),
      cmocka_unit_test(test_arena),
      cmocka_unit_test(test_arena_takes_another),
      cmocka_unit_test(test_printing_at_every_length),
      cmocka_unit_test(test_map_keeps_keys_sorted),
      cmocka_unit_test(test_copy_and_equal),
      cmocka_unit_test(test_nearest),
      cmocka_unit_test(test_small_words),
      cmocka_unit_test(test_list),
      cmocka_unit_test(test_places),
      cmocka_unit_test(test_number),
      cmocka_unit_test(test_buffer),
      cmocka_unit_test(test_utf8),
      cmocka_unit_test(test_locale_does_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
