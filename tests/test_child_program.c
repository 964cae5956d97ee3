/* Other programs as children: what they read and print, how they end. */
#include "folder.h"

#include "base/child_program.h"

#include <errno.h>

static void it_reads_and_prints(void **state) {
  static const char *const CAT[] = {"sh", "-c", "cat; echo oh >&2; exit 3", NULL};
  child_output out;
  char *text = memory_get(100001);
  (void)state;
  memset(text, 'x', 100000); /* more than a pipe takes */
  assert_int_equal(child_program_run(CAT, text, 100000, 10, &out), 0);
  assert_int_equal(out.length, 100000);
  assert_string_equal(out.text, text);
  assert_string_equal(out.complaint, "oh\n");
  assert_int_equal(out.exit_code, 3);
  child_program_close(&out);
  free(text);
}

static void a_missing_program_is_enoent(void **state) {
  static const char *const MISSING[] = {"no-such-program", NULL};
  child_output out;
  (void)state;
  assert_int_equal(child_program_run(MISSING, "", 0, 10, &out), ENOENT);
  assert_string_equal(out.text, "");
  child_program_close(&out);
}

static void exit_127_is_not_a_missing_program(void **state) {
  static const char *const SHELL[] = {"sh", "-c", "exit 127", NULL};
  child_output out;
  (void)state;
  assert_int_equal(child_program_run(SHELL, "", 0, 10, &out), 0);
  assert_int_equal(out.exit_code, 127);
  child_program_close(&out);
}

static void a_slow_program_is_ended(void **state) {
  static const char *const SLEEP[] = {"sleep", "100", NULL};
  child_output out;
  (void)state;
  assert_int_equal(child_program_run(SLEEP, "", 0, 1, &out), 0);
  assert_true(out.too_slow);
  assert_int_equal(out.exit_code, -1);
  child_program_close(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_reads_and_prints),
      cmocka_unit_test(a_missing_program_is_enoent),
      cmocka_unit_test(exit_127_is_not_a_missing_program),
      cmocka_unit_test(a_slow_program_is_ended),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
