/* hifm slice: the jobs of one slice of a grid, on this machine. */
#include "base/files.h"
#include "front/command.h"
#include "front/options.h"
#include "front/program.h"
#include "grid/late_results.h"
#include "grid/slice_task.h"
#include "grid/slurm.h"

#include <signal.h>
#include <string.h>
#include <sys/utsname.h>

typedef struct work {
  arena *a;
  const char *path; /* of the slice */
  slice of;
  slice_task task, before; /* before: of an earlier start */
  schedule_summary summary;
} work;

static const char *name_of_node(arena *a) {
  struct utsname names;
  const char *node = slurm_node();
  if (node) return node;
  return uname(&names) == 0 ? arena_text(a, names.nodename) : "";
}

static status_code open_slice(work *w, failure *err) {
  status_code status = slice_file_read(w->a, w->path, &w->of, err);
  if (status != STATUS_OK) return status;
  if (files_is_used(w->path))
    return failure_set(err, STATUS_BUSY, "%s: another process runs this slice", w->path);
  files_use(w->path);
  w->before = slice_task_read(w->a, w->path);
  const char *own = slurm_own_id(w->a);
  w->task = (slice_task){.state = SLICE_RUNNING,
                         .node = name_of_node(w->a),
                         .slurm_job = own ? own : "",
                         .message = ""};
  return slice_task_write(w->path, &w->task, err);
}

/* What other slices make is there, or becomes visible soon; else what needs it is not tried. */
static status_code wait_for_others(work *w, failure *err) {
  bool *expected = arena_get(w->a, w->of.count + 1);
  memcpy(expected, w->of.elsewhere, w->of.count * sizeof *expected);
  const status_code status = late_results_wait(w->of.jobs, expected, w->of.count, err);
  for (size_t i = 0; i < w->of.count && status == STATUS_OK; i++) {
    if (!expected[i]) continue;
    w->of.jobs[i].skip = true;
    fprintf(stderr, "%s is missing (%s): what needs it is not started\n", w->of.jobs[i].label,
            w->of.jobs[i].result_path);
  }
  return status;
}

/* Ahead of the time limit. A task that did not get on since it was requeued last would not get on
 * the next time: it stays as it is. */
static status_code requeue(work *w, failure *err) {
  w->task.progress = slice_task_progress(&w->of);
  if (w->before.state == SLICE_REQUEUED && w->task.progress <= w->before.progress) {
    w->task.state = SLICE_STUCK;
    w->task.message = "no progress since it was requeued: its time limit is too short for a "
                      "checkpoint; give more with --time";
    fprintf(stderr, "%s: %s\n", w->path, w->task.message);
    return slice_task_write(w->path, &w->task, err);
  }
  w->task.state = SLICE_REQUEUED;
  status_code status = slice_task_write(w->path, &w->task, err);
  if (status == STATUS_OK) status = slurm_requeue_self(err);
  if (status == STATUS_OK) fprintf(stderr, "requeued; it goes on at its checkpoints\n");
  return status;
}

static status_code end(work *w, failure *err) {
  w->task.done = (double)w->summary.done;
  w->task.failed = (double)w->summary.failed;
  w->task.skipped = (double)w->summary.skipped;
  if (w->summary.signal == SIGUSR1 && slurm_node()) return requeue(w, err);
  w->task.state = w->summary.signal ? SLICE_STOPPED : SLICE_ENDED;
  return slice_task_write(w->path, &w->task, err);
}

status_code command_slice(arena *a, const options *given, failure *err) {
  work w = {.a = a, .path = given->words[0]};
  status_code status = open_slice(&w, err);
  if (status == STATUS_OK) status = wait_for_others(&w, err);
  if (status != STATUS_OK) return status;
  const schedule_options how = {.timeout = w.of.how.timeout,
                                .retries = w.of.how.retries,
                                .plugins = w.of.how.plugins_hash,
                                .screen = stderr};
  status = program_run_jobs(a, w.of.jobs, w.of.count, options_workers(given, w.of.how.threads),
                            w.of.how.plugins, &how, &w.summary, err);
  if (status == STATUS_OK) status = end(&w, err);
  return status == STATUS_OK ? program_exit_code(&w.summary) : status;
}
