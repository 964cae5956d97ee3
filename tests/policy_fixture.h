/* A schedule with a fake executor: its jobs, what happens to them, and what is left at the end. */
#ifndef TESTS_POLICY_FIXTURE_H
#define TESTS_POLICY_FIXTURE_H

#include "folder.h"

#include "fake_executor.h"
#include "grid/failed.h"
#include "grid/schedule.h"

#include <signal.h>

typedef struct world {
  folder *files;
  fake_executor fake;
  grid_job jobs[4];
  size_t count, slots;
  schedule_options options;
  schedule_summary summary;
  failure err;
  char *shown; /* what a person saw */
} world;

static world w;

static int set_up(void **state) {
  w = (world){.slots = 2};
  if (folder_set_up(state) != 0) return -1;
  w.files = *state;
  return 0;
}

static int tear_down(void **state) {
  free(w.shown);
  return folder_tear_down(state);
}

static inline grid_job *add(const char *label) {
  arena *a = &w.files->memory;
  grid_job *it = &w.jobs[w.count++];
  const char *path = arena_format(a, "%s/%s", w.files->path, label);
  *it = (grid_job){.label = label,
                   .kind = JOB_TRAIN,
                   .id = label,
                   .folder = path,
                   .result_path = arena_format(a, "%s/result.json", path),
                   .file = folder_value(w.files, arena_format(a, "{'id': '%s'}", label))};
  return it;
}

static inline void happens(double seconds, event e) {
  assert_true(w.fake.count < FAKE_EVENTS);
  w.fake.script[w.fake.count++] = (fake_event){seconds, e};
}

static inline void ends(double seconds, size_t slot, exit_facts facts) {
  happens(seconds, (event){.type = EVENT_ENDED, .slot = slot, .facts = facts});
}

static inline void ticks(double seconds) {
  happens(seconds, (event){.type = EVENT_TICK});
}

static inline void signals(double seconds, int number) {
  happens(seconds, (event){.type = EVENT_SIGNAL, .signal = number});
}

static inline status_code run(void) {
  const executor where = fake_open(&w.fake, w.slots);
  size_t length;
  w.options.screen = open_memstream(&w.shown, &length);
  status_code status = schedule_run(&where, w.jobs, w.count, &w.options, &w.summary, &w.err);
  fclose(w.options.screen);
  assert_int_equal(w.fake.at, w.fake.count); /* all that was to happen did */
  return status;
}

static inline void assert_summary(size_t done, size_t failed, size_t interrupted) {
  assert_int_equal(w.summary.done, done);
  assert_int_equal(w.summary.failed, failed);
  assert_int_equal(w.summary.interrupted, interrupted);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
