/* The scheduler with workers of this machine, which do as the job file says: succeed, fail, crash,
 * hang. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/files.h"
#include "grid/local.h"
#include "grid/schedule.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* `program worker <job file>`; "do" in the job file is shell code, "here" its folder. */
static const char WORKER[] =
    "#!/bin/sh\n"
    "here=$(sed -n 's/.*\"folder\": *\"\\([^\"]*\\)\".*/\\1/p' \"$2\")\n"
    "job=$(sed -n 's/.*\"id\": *\"\\([^\"]*\\)\".*/\\1/p' \"$2\")\n"
    "code=$(sed -n 's/.*\"do\": *\"\\([^\"]*\\)\".*/\\1/p' \"$2\")\n"
    "finish() { echo \"{\\\"id\\\":\\\"$job\\\",\\\"status\\\":\\\"$1\\\"}\" >$here/result.json; "
    "}\n"
    "[ \"$1\" = worker ] || exit 99\n"
    "eval \"$code\"\n";

typedef struct world {
  arena memory;
  char folder[64], program[80];
  grid_job jobs[512];
  size_t count;
  local_options here;
  schedule_options options;
  schedule_summary summary;
  failure err;
} world;

static int set_up(void **state) {
  world *w = memory_get(sizeof *w);
  snprintf(w->folder, sizeof w->folder, "/tmp/hifm-schedule-XXXXXX");
  if (!mkdtemp(w->folder)) return -1;
  snprintf(w->program, sizeof w->program, "%s/worker.sh", w->folder);
  if (files_write(w->program, WORKER, strlen(WORKER), NULL) != STATUS_OK) return -1;
  chmod(w->program, 0755);
  w->here = (local_options){.program = w->program, .slots = 1};
  *state = w;
  return 0;
}

static int tear_down(void **state) {
  world *w = *state;
  status_code status = files_remove(w->folder, NULL);
  arena_close(&w->memory);
  free(w);
  return status == STATUS_OK ? 0 : -1;
}

static grid_job *add(world *w, const char *code) {
  arena *a = &w->memory;
  grid_job *it = &w->jobs[w->count];
  value *file = value_new(a, VALUE_MAP);
  *it = (grid_job){.label = arena_format(a, "job %zu", w->count), .kind = JOB_TRAIN};
  it->id = arena_format(a, "%032zu", w->count);
  it->folder = arena_format(a, "%s/%zu", w->folder, w->count);
  it->result_path = arena_format(a, "%s/result.json", it->folder);
  value_put_text(a, file, "id", it->id);
  value_put_text(a, file, "folder", it->folder);
  value_put_text(a, file, "do", code);
  it->file = file;
  w->count++;
  return it;
}

static void need(grid_job *it, size_t of) {
  it->needs[it->need_count++] = of;
}

static status_code try(world *w) {
  executor where;
  assert_int_equal(local_open(&w->here, &where, &w->err), STATUS_OK);
  status_code status = schedule_run(&where, w->jobs, w->count, &w->options, &w->summary, &w->err);
  where.ops->close(where.self);
  return status;
}

static void run(world *w) {
  assert_int_equal(try(w), STATUS_OK);
}

static void assert_summary(const world *w, size_t done, size_t already, size_t failed,
                           size_t interrupted) {
  assert_int_equal(w->summary.done, done);
  assert_int_equal(w->summary.already, already);
  assert_int_equal(w->summary.failed, failed);
  assert_int_equal(w->summary.interrupted, interrupted);
}

/* A text file of the world's folder; released with free(). */
static char *text_of(world *w, const char *name) {
  char *text = NULL;
  size_t length;
  const char *path = arena_format(&w->memory, "%s/%s", w->folder, name);
  if (files_read(path, 1 << 20, &text, &length, NULL) != STATUS_OK) text = strdup("");
  return text;
}

static size_t count_of(const char *text, const char *word) {
  size_t count = 0;
  for (; (text = strstr(text, word)); text++) count++;
  return count;
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static size_t open_files(void) {
  size_t count = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (folder && readdir(folder)) count++;
  closedir(folder);
  return count;
}

static void done_and_already(void **state) {
  world *w = *state;
  add(w, "finish done");
  add(w, "job=00000000000000000000000000000001; finish diverged");
  run(w);
  assert_summary(w, 2, 0, 0, 0);
  assert_int_equal(w->jobs[0].state, JOB_DONE);
  assert_string_equal(w->jobs[0].ending, "");
  assert_string_equal(w->jobs[1].ending, "diverged");
  assert_int_equal(w->jobs[0].attempts, 1);
  w->jobs[1].id = "another";
  run(w);
  assert_summary(w, 0, 1, 1, 0); /* the result is of the old identity */
  assert_int_equal(w->jobs[0].attempts, 0);
  assert_string_equal(w->jobs[1].ending, "exit 0 without a result");
}

static void order_and_needs(void **state) {
  world *w = *state;
  w->here.slots = 2;
  add(w, "sleep 0.2; echo 0 >>$here/../order; finish done");
  need(add(w, "echo 1 >>$here/../order; finish done"), 0);
  add(w, "echo 2 >>$here/../order; finish done");
  grid_job *last = add(w, "echo 3 >>$here/../order; finish done");
  need(last, 1);
  need(last, 2);
  run(w);
  char *order = text_of(w, "order");
  assert_string_equal(order, "2\n0\n1\n3\n");
  free(order);
}

static void at_most_parallel(void **state) {
  world *w = *state;
  w->here.slots = 2;
  const char *code =
      "touch $here/running; ls $here/../*/running | wc -l >>$here/../seen; sleep 0.1;"
      "rm $here/running; finish done";
  for (int i = 0; i < 6; i++) add(w, code);
  run(w);
  assert_summary(w, 6, 0, 0, 0);
  char *seen = text_of(w, "seen");
  assert_int_equal(count_of(seen, "\n"), 6);
  assert_true(count_of(seen, "2\n") >= 1);
  assert_int_equal(count_of(seen, "1\n") + count_of(seen, "2\n"), 6);
  free(seen);
}

static void error_is_not_retried(void **state) {
  world *w = *state;
  w->options.retries = 2;
  add(w, "echo out; echo no such energy >&2; exit 78");
  need(add(w, "finish done"), 0);
  need(add(w, "finish done"), 1);
  add(w, "finish done");
  run(w);
  assert_summary(w, 1, 0, 1, 0);
  assert_int_equal(w->jobs[0].state, JOB_FAILED);
  assert_int_equal(w->jobs[0].attempts, 1);
  assert_string_equal(w->jobs[0].ending, "exit 78");
  assert_int_equal(w->jobs[1].state, JOB_BLOCKED);
  assert_int_equal(w->jobs[2].state, JOB_BLOCKED);
  assert_int_equal(w->jobs[3].state, JOB_DONE);
  char *log = text_of(w, "0/log.txt");
  assert_string_equal(log, "out\nno such energy\n");
  free(log);
}

static void crash_is_retried(void **state) {
  world *w = *state;
  w->options.retries = 2;
  add(w, "[ -f $here/once ] && finish done && exit 0; touch $here/once; kill -SEGV $$");
  add(w, "kill -SEGV $$");
  add(w, "kill -KILL $$");
  add(w, "exit 130"); /* it was asked to end by another program */
  run(w);
  assert_summary(w, 1, 0, 3, 0);
  assert_int_equal(w->jobs[0].attempts, 2);
  assert_int_equal(w->jobs[0].state, JOB_DONE);
  assert_int_equal(w->jobs[1].attempts, 3);
  assert_string_equal(w->jobs[1].ending, "crashed with SIGSEGV");
  assert_string_equal(w->jobs[2].ending, "killed by SIGKILL");
  assert_int_equal(w->jobs[3].attempts, 3);
}

/* Also over several schedulers: the second one begins with attempt 3. */
static void attempts_are_counted(void **state) {
  world *w = *state;
  w->options.retries = 1;
  add(w, "grep -o 'attempt.: [0-9][0-9]*' $2 >>$here/../attempts; kill -KILL $$");
  run(w);
  run(w);
  char *attempts = text_of(w, "attempts");
  assert_string_equal(attempts, "attempt\": 1\nattempt\": 2\nattempt\": 3\nattempt\": 4\n");
  free(attempts);
}

static void timeout_is_retried(void **state) {
  world *w = *state;
  w->options.retries = 1;
  w->options.timeout = 0.3;
  add(w, "exec sleep 60");
  add(w, "finish done");
  double start = seconds();
  run(w);
  assert_summary(w, 1, 0, 1, 0);
  assert_true(seconds() - start >= 0.6 && seconds() - start < 4);
  assert_int_equal(w->jobs[0].attempts, 2);
  assert_string_equal(w->jobs[0].ending, "timeout after 0.3 s");
}

static void deaf_worker_is_killed(void **state) {
  world *w = *state;
  w->options.timeout = 0.2;
  add(w, "trap '' TERM; while :; do sleep 0.1; done");
  double start = seconds();
  run(w);
  assert_summary(w, 0, 0, 1, 0);
  assert_true(seconds() - start >= 5 && seconds() - start < 9);
  assert_string_equal(w->jobs[0].ending, "timeout after 0.2 s");
}

static void left_children_do_not_hold_a_run(void **state) {
  world *w = *state;
  add(w, "sleep 60 & finish done");
  double start = seconds();
  run(w);
  assert_summary(w, 1, 0, 0, 0);
  assert_true(seconds() - start < 4);
}

/* The worker asks the scheduler, its parent, to stop, and ends as one that wrote a checkpoint. */
static void first_signal_stops(void **state) {
  world *w = *state;
  add(w, "trap 'exit 130' TERM; kill -TERM $PPID; while :; do sleep 0.05; done");
  add(w, "finish done");
  run(w);
  assert_summary(w, 0, 0, 0, 1);
  assert_int_equal(w->summary.signal, SIGTERM);
  assert_int_equal(w->jobs[0].state, JOB_INTERRUPTED);
  assert_int_equal(w->jobs[1].state, JOB_WAITING);
  assert_int_equal(w->jobs[1].attempts, 0);
}

static void second_signal_kills(void **state) {
  world *w = *state;
  add(w, "trap 'kill -INT $PPID' TERM; kill -INT $PPID; while :; do sleep 0.05; done");
  double start = seconds();
  run(w);
  assert_true(seconds() - start < 4);
  assert_summary(w, 0, 0, 0, 1);
  assert_int_equal(w->summary.signal, SIGINT);
  assert_string_equal(w->jobs[0].ending, "killed by SIGKILL");
}

static void the_environment_of_workers(void **state) {
  world *w = *state;
  add(w, "cut -d' ' -f5 /proc/$$/stat >$here/../group; echo $$ >$here/../pid;"
         "echo $HIFM_PROGRESS_FD $OPENBLAS_NUM_THREADS $((HIFM_SCHEDULER_PID == PPID)) "
         ">$here/../said; echo junk >&3; finish done");
  setenv("OPENBLAS_NUM_THREADS", "7", 1);
  run(w);
  assert_summary(w, 1, 0, 0, 0);
  char *said = text_of(w, "said"), *group = text_of(w, "group"), *pid = text_of(w, "pid");
  assert_string_equal(said, "3 1 1\n");
  assert_string_equal(group, pid); /* it leads its group: Ctrl-C does not reach it */
  free(said);
  free(group);
  free(pid);
}

static void measure_jobs_share_a_folder(void **state) {
  world *w = *state;
  grid_job *it = add(w, "echo measured; finish done");
  it->kind = JOB_MEASURE;
  run(w);
  assert_summary(w, 1, 0, 0, 0);
  char *log = text_of(w, "0/measure-000000000000.log.txt");
  assert_string_equal(log, "measured\n");
  free(log);
  assert_false(files_exists(arena_format(&w->memory, "%s/0/job.json", w->folder)));
}

static void cannot_go_on(void **state) {
  world *w = *state;
  add(w, "finish done");
  w->here.program = "/nowhere/hifm";
  assert_int_equal(try(w), STATUS_NO_RESOURCE);
  assert_non_null(strstr(w->err.message, "/nowhere/hifm: cannot start a worker"));
  w->here.program = w->program;
  w->jobs[0].folder = "/proc/nothing";
  assert_int_not_equal(try(w), STATUS_OK);
  assert_non_null(strstr(w->err.message, "/proc/nothing"));
}

/* The first run opens what libuv keeps for the life of the process. */
static void many_jobs_leave_nothing(void **state) {
  world *w = *state;
  w->here.slots = 4;
  add(w, "finish done");
  run(w);
  size_t before = open_files();
  for (int i = 0; i < 300; i++) add(w, "finish done");
  run(w);
  assert_summary(w, 300, 1, 0, 0);
  assert_int_equal(open_files(), before);
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
  assert_int_equal(errno, ECHILD);
}

/* Each waits until all run, then counts the descriptors of this process. */
static size_t descriptors_with(world *w, size_t workers) {
  w->here.slots = workers;
  for (size_t i = 0; i < workers; i++)
    add(w, arena_format(&w->memory,
                        "echo >>$here/../begun%zu; until [ $(wc -l <$here/../begun%zu) = %zu ]; do"
                        " sleep 0.1; done; ls /proc/$PPID/fd | wc -l >$here/../count; finish done",
                        workers, workers, workers));
  run(w);
  char *count = text_of(w, "count");
  const size_t made = strtoul(count, NULL, 10);
  free(count);
  return made;
}

static void workers_share_a_descriptor(void **state) {
  world *w = *state;
  const size_t one = descriptors_with(w, 1), many = descriptors_with(w, 12);
  assert_true(one > 0);
  assert_true(many < one + 6); /* it may read a result at that moment */
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(done_and_already),
      TEST(order_and_needs),
      TEST(at_most_parallel),
      TEST(error_is_not_retried),
      TEST(crash_is_retried),
      TEST(attempts_are_counted),
      TEST(timeout_is_retried),
      TEST(deaf_worker_is_killed),
      TEST(left_children_do_not_hold_a_run),
      TEST(first_signal_stops),
      TEST(second_signal_kills),
      TEST(the_environment_of_workers),
      TEST(measure_jobs_share_a_folder),
      TEST(cannot_go_on),
      TEST(many_jobs_leave_nothing),
      TEST(workers_share_a_descriptor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
