/* Is a run done? A file that cannot be read does not answer that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/files.h"
#include "faults.h"
#include "job/job.h"
#include "job/result.h"

#include <stdlib.h>

static char path[256];

static int open_file(void **state) {
  (void)state;
  no_fault();
  snprintf(path, sizeof path, "%s/hifm-job-XXXXXX", P_tmpdir);
  const int fd = mkstemp(path);
  return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state) {
  (void)state;
  no_fault();
  return unlink(path);
}

static bool is_there(const char *text) {
  bool done = true;
  assert_int_equal(files_write(path, text, strlen(text), NULL), STATUS_OK);
  assert_int_equal(job_look(path, "abc", &done, NULL), STATUS_OK);
  assert_int_equal(job_is_done(path, "abc"), done);
  return done;
}

static void done_is_a_result_of_this_identity(void **state) {
  (void)state;
  assert_true(is_there("{\"id\": \"abc\"}"));
  assert_false(is_there("{\"id\": \"abd\"}"));
  assert_false(is_there("{\"id\": 7}"));
  assert_false(is_there("{\"id\": \"ab"));
  assert_false(is_there(""));
  assert_false(is_there("[]"));
}

/* Results of earlier versions have no hash: what they must have is looked at. */
static void what_is_no_result_is_not_believed(void **state) {
  (void)state;
  assert_true(is_there("{\"id\": \"abc\", \"status\": \"done\", \"job\": \"train\"}"));
  assert_true(is_there("{\"id\": \"abc\", \"status\": \"diverged\", \"job\": \"train\"}"));
  assert_false(is_there("{\"id\": \"abc\", \"status\": \"dome\", \"job\": \"train\"}"));
  assert_false(is_there("{\"id\": \"abc\", \"status\": \"missing\", \"job\": \"train\"}"));
  assert_false(is_there("{\"id\": \"abc\", \"status\": \"done\", \"job\": \"measure\"}"));
  assert_false(is_there("{\"id\": \"abc\", \"job\": \"measure\", \"history\": []}"));
  assert_false(is_there("{\"id\": \"abc\", \"job\": \"measure\", \"history\": [7]}"));
  assert_true(is_there("{\"id\": \"abc\", \"job\": \"measure\", \"history\": [{}]}"));
  assert_true(is_there("{\"id\": \"abc\", \"job\": \"measure\", \"status\": \"diverged\", "
                       "\"history\": []}"));
}

/* Whatever reads as a result although a bit is another has the same numbers. */
static void a_flipped_bit_in_a_result_is_found(void **state) {
  (void)state;
  arena a = {0};
  char *text;
  size_t length, believed = 0;
  value *numbers = value_new(&a, VALUE_MAP);
  value_put_number(&a, numbers, "content", 0.1); /* a nested key of this name means nothing */
  const result made = {.kind = JOB_TRAIN, .id = "abc", .status = RUN_DONE, .numbers = numbers};
  assert_int_equal(result_write(path, &made, NULL), STATUS_OK);
  assert_true(job_is_done(path, "abc"));
  assert_false(job_is_done(path, "ab"));
  assert_int_equal(files_read(path, 1 << 20, &text, &length, NULL), STATUS_OK);
  for (size_t bit = 0; bit < 8 * length; bit++) {
    const value *found;
    text[bit / 8] ^= (char)(1 << bit % 8);
    assert_int_equal(files_write(path, text, length, NULL), STATUS_OK);
    text[bit / 8] ^= (char)(1 << bit % 8);
    const status_code status = result_read(&a, path, "abc", &found, NULL);
    assert_int_equal(status, found ? STATUS_OK : STATUS_BAD_INPUT);
    /* it parses no sealed file */
    if (bit % 8 == 0) assert_int_equal(job_is_done(path, "abc"), found != NULL);
    if (!found) continue;
    believed++; /* only the word "content" itself is another */
    assert_null(value_get(found, "content"));
    assert_true(value_get_number(value_get(found, "numbers"), "content", 0) == 0.1);
  }
  assert_true(believed > 0 && believed <= 8 * strlen("content"));
  free(text);
  arena_close(&a);
}

static void missing_is_not_done(void **state) {
  (void)state;
  bool done = true;
  assert_int_equal(job_look("/nowhere/result.json", "abc", &done, NULL), STATUS_OK);
  assert_false(done);
}

static void a_failing_disk_is_no_answer(void **state) {
  (void)state;
  static const struct {
    int code;
    status_code status;
  } cases[] = {
      {EIO, STATUS_IO_FAILED}, {ENOMEM, STATUS_NO_RESOURCE}, {EACCES, STATUS_NO_PERMISSION}};
  assert_true(is_there("{\"id\": \"abc\"}"));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    failure err = {0};
    bool done = true;
    fault.call = READ, fault.nth = 1, fault.code = cases[i].code;
    const status_code status = job_look(path, "abc", &done, &err);
    no_fault();
    assert_int_equal(status, cases[i].status);
    assert_false(done);
    assert_non_null(strstr(err.message, path));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(done_is_a_result_of_this_identity, open_file, remove_file),
      cmocka_unit_test_setup_teardown(what_is_no_result_is_not_believed, open_file, remove_file),
      cmocka_unit_test_setup_teardown(a_flipped_bit_in_a_result_is_found, open_file, remove_file),
      cmocka_unit_test_setup_teardown(missing_is_not_done, open_file, remove_file),
      cmocka_unit_test_setup_teardown(a_failing_disk_is_no_answer, open_file, remove_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
