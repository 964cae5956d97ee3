/* The scheduler's policy, without a process: order, failures, retries, starts that fail. */
#include "policy_fixture.h"

/* ---- order ----------------------------------------------------------------------------------- */

static void needs_come_first(void **state) {
  (void)state;
  add("a");
  grid_job *b = add("b");
  b->needs[b->need_count++] = 0;
  add("c");
  ends(1, 1, (exit_facts){0});
  ends(2, 0, (exit_facts){0});
  ends(3, 0, (exit_facts){0});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; start 1 c; start 0 b; ");
  assert_summary(3, 0, 0);
  assert_int_equal(w.jobs[1].state, JOB_DONE);
}

static void a_failure_blocks_what_needs_it(void **state) {
  (void)state;
  w.options.retries = 2;
  w.slots = 1;
  add("a");
  for (size_t i = 0; i < 2; i++) {
    grid_job *it = add(i ? "c" : "b");
    it->needs[it->need_count++] = i;
  }
  add("d");
  ends(1, 0, (exit_facts){.exit_code = STATUS_IO_FAILED});
  ends(2, 0, (exit_facts){0});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; start 0 d; ");
  assert_summary(1, 1, 0);
  assert_true(w.summary.disk);
  assert_int_equal(w.jobs[0].state, JOB_FAILED);
  assert_int_equal(w.jobs[0].attempts, 1); /* an error is not tried again */
  assert_int_equal(w.jobs[0].facts.exit_code, STATUS_IO_FAILED);
  assert_string_equal(w.jobs[0].ending, "exit 74");
  assert_int_equal(w.jobs[1].state, JOB_BLOCKED);
  assert_int_equal(w.jobs[2].state, JOB_BLOCKED);
  assert_non_null(strstr(w.shown, "failed: a: exit 74"));
}

/* The disk of the log is full: the message came by the pipe. */
static void a_failure_has_its_reason(void **state) {
  (void)state;
  w.options.plugins = "0123";
  add("a");
  happens(1, (event){.type = EVENT_NEWS,
                     .news = folder_value(w.files, "{'failure': 'cannot write: no space'}")});
  ends(2, 0, (exit_facts){.exit_code = STATUS_IO_FAILED});
  assert_int_equal(run(), STATUS_OK);
  assert_non_null(strstr(w.shown, "failed: a: cannot write: no space (exit 74)"));
  const value *failed = failed_read(&w.files->memory, &w.jobs[0]);
  assert_string_equal(failed_reason(&w.files->memory, failed), "cannot write: no space");
  assert_string_equal(value_get_text(failed, "plugins", ""), "0123");
  assert_false(failed_for_good(failed, "0123")); /* the disk may have room the next time */
}

static void crashes_and_timeouts_have_theirs(void **state) {
  (void)state;
  w.options.timeout = 9;
  add("a");
  add("b");
  ends(1, 0, (exit_facts){.signal = SIGSEGV});
  ends(10, 1, (exit_facts){.signal = SIGTERM, .timed_out = true});
  assert_int_equal(run(), STATUS_OK);
  const char *const wanted[] = {"crashed with SIGSEGV", "timeout after 9 s"};
  for (size_t i = 0; i < 2; i++) {
    const value *failed = failed_read(&w.files->memory, &w.jobs[i]);
    assert_string_equal(failed_reason(&w.files->memory, failed), wanted[i]);
    assert_false(failed_for_good(failed, ""));
  }
}

/* Settings that were refused with a message would be refused again, until code changes. */
static void what_fails_for_good_is_skipped(void **state) {
  (void)state;
  w.options.plugins = "0123";
  w.slots = 1;
  add("a");
  grid_job *b = add("b");
  b->needs[b->need_count++] = 0;
  happens(1, (event){.type = EVENT_NEWS, .news = folder_value(w.files, "{'failure': 'no'}")});
  ends(2, 0, (exit_facts){.exit_code = STATUS_BAD_CONFIG});
  assert_int_equal(run(), STATUS_OK);
  const value *failed = failed_read(&w.files->memory, &w.jobs[0]);
  assert_true(failed_for_good(failed, "0123"));
  assert_false(failed_for_good(failed, "0124"));
  w.jobs[0].skip = true;
  free(w.shown);
  w.fake = (fake_executor){.count = 0};
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "");
  assert_summary(0, 0, 0);
  assert_int_equal(w.summary.skipped, 1);
  assert_int_equal(w.jobs[0].state, JOB_FAILED);
  assert_int_equal(w.jobs[1].state, JOB_BLOCKED);
  w.jobs[0].skip = w.jobs[1].skip = false; /* --rerun-failed */
  free(w.shown);
  ends(1, 0, (exit_facts){0});
  ends(2, 0, (exit_facts){0});
  assert_int_equal(run(), STATUS_OK);
  assert_summary(2, 0, 0);
  assert_null(failed_read(&w.files->memory, &w.jobs[0])); /* it did not fail */
}

/* ---- retries --------------------------------------------------------------------------------- */

static void a_crash_is_tried_again(void **state) {
  (void)state;
  w.options.retries = 1;
  w.slots = 1;
  add("a");
  add("b");
  ends(1, 0, (exit_facts){.signal = SIGSEGV});
  ends(2, 0, (exit_facts){0});
  ends(3, 0, (exit_facts){0});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; start 0 a; start 0 b; ");
  assert_summary(2, 0, 0);
  assert_int_equal(w.jobs[0].attempts, 2);
  assert_string_equal(w.jobs[0].ending, "");
  assert_non_null(strstr(w.shown, "retry: a: crashed with SIGSEGV; attempt 2 of 2"));
  assert_non_null(strstr(folder_read(w.files, "a/job.json"), "\"attempt\": 2"));
}

static void retries_come_to_an_end(void **state) {
  (void)state;
  w.options.retries = 2;
  w.slots = 1;
  add("a");
  ends(1, 0, (exit_facts){.signal = SIGKILL});
  ends(2, 0, (exit_facts){.lost = true});
  ends(3, 0, (exit_facts){.exit_code = STATUS_INTERRUPTED}); /* by another program's SIGTERM */
  assert_int_equal(run(), STATUS_OK);
  assert_summary(0, 1, 0);
  assert_int_equal(w.jobs[0].attempts, 3);
  assert_int_equal(w.jobs[0].state, JOB_FAILED);
  assert_non_null(strstr(w.shown, "retry: a: lost; attempt 3 of 3"));
  assert_string_equal(w.jobs[0].ending, "exit 130");
}

static void exit_0_without_a_result_is_an_error(void **state) {
  (void)state;
  w.options.retries = 2;
  grid_job *a = add("a");
  a->result_path = "/nowhere/result.json";
  ends(1, 0, (exit_facts){0});
  assert_int_equal(run(), STATUS_OK);
  assert_summary(0, 1, 0);
  assert_string_equal(a->ending, "exit 0 without a result");
}

/* ---- starts that fail, and the end of the executor ------------------------------------------- */

static void a_start_for_later_waits_for_an_end(void **state) {
  (void)state;
  w.fake.later = 2;
  add("a");
  add("b");
  ticks(1);
  ends(2, 0, (exit_facts){0});
  ends(3, 0, (exit_facts){0});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; later 1 b; start 0 b; ");
  assert_summary(2, 0, 0);
  assert_int_equal(w.jobs[1].attempts, 1);
  assert_non_null(strstr(folder_read(w.files, "b/job.json"), "\"attempt\": 1"));
}

static void later_with_nothing_running_is_never(void **state) {
  (void)state;
  w.fake.later = 1;
  add("a");
  assert_int_equal(run(), STATUS_NO_RESOURCE);
  assert_string_equal(w.err.message, "no worker");
}

static void a_start_that_fails_stops_the_others(void **state) {
  (void)state;
  w.fake.broken = 2;
  add("a");
  add("b");
  ends(1, 0, (exit_facts){.exit_code = STATUS_INTERRUPTED});
  assert_int_equal(run(), STATUS_NO_RESOURCE);
  assert_string_equal(w.fake.log, "start 0 a; broken 1 b; end 0; ");
  assert_summary(0, 0, 1);
  assert_int_equal(w.jobs[1].state, JOB_WAITING);
}

static void an_executor_that_cannot_go_on(void **state) {
  (void)state;
  add("a");
  assert_int_equal(run(), STATUS_BUG); /* nothing happens after the start */
  assert_string_equal(w.err.message, "the script is over");
}

/* ---- what a person sees ---------------------------------------------------------------------- */

static void news_reach_the_screen(void **state) {
  (void)state;
  add("a");
  happens(1, (event){.type = EVENT_NEWS, .news = folder_value(w.files, "{'note': 'hello'}")});
  happens(2, (event){.type = EVENT_NEWS,
                     .news = folder_value(w.files, "{'phase': 'train', 'nll': 2.5, 'nfe': 8}")});
  ticks(12);
  ends(75, 0, (exit_facts){0});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.shown, "start: a\n"
                               "a: hello\n"
                               "running: a: train, NLL 2.500, NFE 8\n"
                               "done: a, NLL 2.500, NFE 8 (1 min 15 s) [1 of 1]\n");
}

static void finished_jobs_are_counted_and_skipped(void **state) {
  (void)state;
  grid_job *a = add("a");
  add("b");
  assert_int_equal(files_make_folder(a->folder, NULL), STATUS_OK);
  fake_write_result(a);
  ends(1, 0, (exit_facts){0});
  assert_int_equal(run(), STATUS_OK);
  assert_int_equal(w.summary.already, 1);
  assert_summary(1, 0, 0);
  assert_string_equal(w.fake.log, "start 0 b; ");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(needs_come_first),
      TEST(a_failure_blocks_what_needs_it),
      TEST(a_failure_has_its_reason),
      TEST(crashes_and_timeouts_have_theirs),
      TEST(what_fails_for_good_is_skipped),
      TEST(a_crash_is_tried_again),
      TEST(retries_come_to_an_end),
      TEST(exit_0_without_a_result_is_an_error),
      TEST(a_start_for_later_waits_for_an_end),
      TEST(later_with_nothing_running_is_never),
      TEST(a_start_that_fails_stops_the_others),
      TEST(an_executor_that_cannot_go_on),
      TEST(news_reach_the_screen),
      TEST(finished_jobs_are_counted_and_skipped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
