/* The scheduler's policy, without a process: timeouts and signals. */
#include "policy_fixture.h"

/* ---- timeouts -------------------------------------------------------------------------------- */

static void a_timeout_asks_then_kills_then_retries(void **state) {
  (void)state;
  w.options.timeout = 10;
  w.options.retries = 1;
  add("a");
  ticks(9.9);
  ticks(10);
  ticks(14.9);
  ticks(15);
  ticks(16); /* one kill is enough */
  ends(17, 0, (exit_facts){.signal = SIGKILL});
  ticks(26.9);
  ends(26.95, 0, (exit_facts){0});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; end 0; kill 0; start 0 a; ");
  assert_summary(1, 0, 0);
  assert_non_null(strstr(w.shown, "retry: a: timeout after 10 s; attempt 2 of 2"));
}

static void a_result_after_the_timeout_counts(void **state) {
  (void)state;
  w.options.timeout = 10;
  add("a");
  ticks(10);
  ends(11, 0, (exit_facts){0});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; end 0; ");
  assert_summary(1, 0, 0);
}

/* ---- signals --------------------------------------------------------------------------------- */

static void a_signal_stops_in_order(void **state) {
  (void)state;
  w.options.retries = 2;
  add("a");
  add("b");
  add("c");
  signals(1, SIGTERM);
  ends(2, 0, (exit_facts){.exit_code = STATUS_INTERRUPTED});
  ticks(10.9);
  ticks(11);
  ends(12, 1, (exit_facts){.signal = SIGKILL});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; start 1 b; end 0; end 1; kill 1; ");
  assert_summary(0, 0, 2);
  assert_int_equal(w.summary.signal, SIGTERM);
  assert_int_equal(w.jobs[0].state, JOB_INTERRUPTED);
  assert_int_equal(w.jobs[1].state, JOB_INTERRUPTED);
  assert_int_equal(w.jobs[2].state, JOB_WAITING);
  assert_int_equal(w.jobs[2].attempts, 0);
  assert_non_null(strstr(w.shown, "stopping: 2 running jobs"));
}

static void a_second_signal_kills(void **state) {
  (void)state;
  add("a");
  signals(1, SIGINT);
  signals(1.5, SIGTERM);
  ends(1.6, 0, (exit_facts){.signal = SIGKILL});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; end 0; kill 0; ");
  assert_summary(0, 0, 1);
  assert_int_equal(w.summary.signal, SIGINT); /* the first one */
}

/* A terminal that closes sends SIGHUP twice; its session may send SIGTERM once. */
static void a_hangup_never_kills(void **state) {
  (void)state;
  add("a");
  signals(1, SIGHUP);
  signals(1.1, SIGHUP);
  signals(1.2, SIGTERM);
  signals(1.3, SIGHUP);
  ends(5, 0, (exit_facts){.exit_code = STATUS_INTERRUPTED});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; end 0; ");
  assert_summary(0, 0, 1);
  assert_int_equal(w.summary.signal, SIGHUP);
}

static void a_hangup_after_an_interrupt_never_kills(void **state) {
  (void)state;
  add("a");
  signals(1, SIGINT);
  signals(1.1, SIGHUP);
  ticks(2);
  signals(3, SIGINT);
  ends(5, 0, (exit_facts){.signal = SIGKILL});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; end 0; kill 0; ");
}

/* After a timeout the job has been asked already, and its grace is not made longer. */
static void a_signal_after_a_timeout(void **state) {
  (void)state;
  w.options.timeout = 10;
  add("a");
  ticks(10);
  signals(11, SIGTERM);
  ticks(15);
  ends(16, 0, (exit_facts){.signal = SIGKILL});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; end 0; kill 0; ");
  assert_summary(0, 0, 1);
}

static void a_crash_while_stopping_is_not_tried_again(void **state) {
  (void)state;
  w.options.retries = 2;
  add("a");
  signals(1, SIGTERM);
  ends(2, 0, (exit_facts){.lost = true});
  assert_int_equal(run(), STATUS_OK);
  assert_string_equal(w.fake.log, "start 0 a; end 0; ");
  assert_int_equal(w.jobs[0].state, JOB_WAITING);
  assert_null(strstr(w.shown, "retry"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_timeout_asks_then_kills_then_retries),
      TEST(a_result_after_the_timeout_counts),
      TEST(a_signal_stops_in_order),
      TEST(a_second_signal_kills),
      TEST(a_hangup_never_kills),
      TEST(a_hangup_after_an_interrupt_never_kills),
      TEST(a_signal_after_a_timeout),
      TEST(a_crash_while_stopping_is_not_tried_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
