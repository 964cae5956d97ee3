/* Statuses of runs and their words. */
#include "folder.h"

#include "job/run_status.h"

static void words_read_back(void **state) {
  (void)state;
  for (run_status status = 0; status < RUN_STATUS_COUNT; status++)
    assert_int_equal(run_status_of(run_status_word(status)), status);
  assert_string_equal(run_status_word(RUN_DIVERGED), "diverged");
  assert_int_equal(run_status_of(""), RUN_MISSING);
  assert_int_equal(run_status_of("Done"), RUN_MISSING);
}

static void of_a_result_file(void **state) {
  folder *f = *state;
  assert_int_equal(run_status_in(folder_value(f, "{'status':'diverged'}")), RUN_DIVERGED);
  assert_int_equal(run_status_in(folder_value(f, "{'status':'other'}")), RUN_MISSING);
  assert_int_equal(run_status_in(folder_value(f, "{}")), RUN_DONE);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(words_read_back), TEST(of_a_result_file)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
