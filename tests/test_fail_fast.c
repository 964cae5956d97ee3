/* --fail-fast: no job starts after the first one that failed. */
#include "folder.h"

#include "fake_executor.h"
#include "grid/schedule.h"

#include <signal.h>

enum { JOBS = 4 };

/* Runs four jobs, two at a time; the second one ends at once with these facts, then the first one
 * is done. Returns how many jobs were started. */
static size_t run(folder *f, bool fail_fast, exit_facts facts, schedule_summary *summary) {
  static const char *const LABELS[JOBS] = {"a", "b", "c", "d"};
  fake_executor fake = {.count = 0};
  grid_job jobs[JOBS] = {{.label = NULL}};
  failure err;
  const schedule_options how = {.fail_fast = fail_fast};
  for (size_t i = 0; i < JOBS; i++) {
    const char *path = folder_path(f, arena_format(&f->memory, "%d%s", facts.signal, LABELS[i]));
    jobs[i] = (grid_job){.label = LABELS[i],
                         .kind = JOB_TRAIN,
                         .id = LABELS[i],
                         .folder = path,
                         .result_path = arena_format(&f->memory, "%s/result.json", path),
                         .file = folder_value(f, "{}")};
  }
  const size_t slots[] = {1, 0, 1, 0};
  for (size_t i = 0; i < (fail_fast ? 2 : JOBS); i++) {
    const event e = {.type = EVENT_ENDED, .slot = slots[i]};
    fake.script[fake.count] = (fake_event){(double)i, e};
    if (i == 0) fake.script[0].event.facts = facts;
    fake.count++;
  }
  const executor where = fake_open(&fake, 2);
  if (schedule_run(&where, jobs, JOBS, &how, summary, &err) != STATUS_OK)
    fail_msg("%s", err.message);
  assert_int_equal(fake.at, fake.count);
  for (size_t i = fake.starts; i < JOBS; i++) assert_int_equal(jobs[i].state, JOB_WAITING);
  return fake.starts;
}

static void a_failure_starts_no_more(void **state) {
  static const exit_facts FAILURES[] = {{.exit_code = STATUS_BAD_INPUT}, {.signal = SIGSEGV}};
  for (size_t i = 0; i < 2; i++) {
    schedule_summary summary;
    assert_int_equal(run(*state, true, FAILURES[i], &summary), 2);
    assert_int_equal(summary.failed, 1);
    assert_int_equal(summary.done, 1); /* what runs already goes on to its end */
  }
}

static void without_it_all_others_run(void **state) {
  schedule_summary summary;
  assert_int_equal(run(*state, false, (exit_facts){.exit_code = STATUS_BAD_INPUT}, &summary), JOBS);
  assert_int_equal(summary.failed, 1);
  assert_int_equal(summary.done, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_failure_starts_no_more, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(without_it_all_others_run, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
