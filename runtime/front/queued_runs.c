#include "front/queued_runs.h"

#include "base/files.h"
#include "grid/submission.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- one slice ------------------------------------------------------------------------------- */

/* A slice whose task is gone from the queue does not run, whatever its file says. */
static bool is_running(const submission_state *state, const char *path, const slice_task *task) {
  if (task->state != SLICE_RUNNING) return false;
  if (*state->problem || files_is_used(path)) return true;
  for (size_t i = 0; i < state->queue.count; i++)
    if (state->queue.items[i].running && strcmp(state->queue.items[i].id, task->slurm_job) == 0)
      return true;
  return false;
}

/* Has its task begun with the run? Both files were written by the same node. */
static bool has_begun(const grid_job *it, const char *path) {
  arena a = {0};
  struct stat own, task;
  const char *job_file = arena_format(&a, "%s/job.json", it->folder);
  const char *task_file = arena_format(&a, "%.*s.task.json", (int)strlen(path) - 5, path);
  const bool both = stat(job_file, &own) == 0 && stat(task_file, &task) == 0;
  arena_close(&a);
  if (!both) return false;
  if (own.st_mtim.tv_sec != task.st_mtim.tv_sec) return own.st_mtim.tv_sec > task.st_mtim.tv_sec;
  return own.st_mtim.tv_nsec >= task.st_mtim.tv_nsec;
}

static bool is_ended(const grid_job *it) {
  char failed[JOBS_PATH];
  return job_is_done(it->result_path, it->id) ||
         (jobs_path(it, "failed.json", failed, NULL) == STATUS_OK && files_exists(failed));
}

static void add(arena *a, queued_runs *all, const queued_run *it) {
  const char *slash = strrchr(it->folder, '/');
  if (all->count == all->room) {
    const size_t room = 2 * all->room + 64;
    queued_run *items = arena_get(a, room * sizeof *items);
    if (all->count) memcpy(items, all->items, all->count * sizeof *items);
    all->items = items;
    all->room = room;
  }
  key_map_put_text(&all->known, slash ? slash + 1 : it->folder, all->count);
  all->items[all->count++] = *it;
}

static void add_slice(arena *a, queued_runs *all, const submission_state *state, const char *path,
                      const slice *of) {
  const slice_task task = slice_task_read(a, path);
  const bool running = is_running(state, path, &task);
  const char *place = *task.slurm_job
                          ? arena_format(a, "on %s as Slurm job %s", task.node, task.slurm_job)
                          : arena_format(a, "on %s", task.node);
  for (size_t i = 0; i < of->count; i++) {
    const grid_job *it = &of->jobs[i];
    if (it->kind != JOB_TRAIN || of->elsewhere[i] || is_ended(it)) continue;
    const bool begun = running && has_begun(it, path);
    add(a, all,
        &(queued_run){.folder = it->folder,
                      .id = it->id,
                      .state = begun ? "running" : "queued",
                      .place = begun ? place : "",
                      .config = value_get(it->file, "config")});
  }
}

/* ---- all ------------------------------------------------------------------------------------- */

status_code queued_runs_read(arena *a, const char *out, queued_runs *all, failure *err) {
  submissions list;
  *all = (queued_runs){.known = key_map_new(a), .problem = ""};
  status_code status = submissions_read(a, out, &list, err);
  for (size_t i = 0; i < list.count && status == STATUS_OK; i++) {
    const submission_state state = submission_look(a, &list.items[i]);
    size_t count;
    const char **paths = submission_slices(a, &list.items[i], &count);
    if (*state.problem) all->problem = state.problem;
    for (size_t k = 0; k < count && !state.over && status == STATUS_OK; k++) {
      slice of;
      status = slice_file_read(a, paths[k], &of, err);
      if (status == STATUS_OK) add_slice(a, all, &state, paths[k], &of);
    }
  }
  return status;
}

void queued_runs_mark(const queued_runs *all, run_info *run) {
  const size_t at = key_map_get_text(&all->known, run->name);
  if (at == KEY_MAP_ABSENT || runs_is_finished(run)) return;
  run->state = all->items[at].state;
  run->place = all->items[at].place;
  run->reason = "";
}

run_info queued_runs_info(run_words *words, const queued_run *it) {
  const char *slash = strrchr(it->folder, '/');
  return (run_info){.name = slash ? slash + 1 : it->folder,
                    .folder = it->folder,
                    .state = it->state,
                    .id = it->id,
                    .reason = "",
                    .place = it->place,
                    .settings = run_settings_filled(words, it->config),
                    .best = NAN,
                    .last = NAN,
                    .epochs = NAN,
                    .seconds = NAN,
                    .steps = NAN,
                    .rows = NAN,
                    .asked = NAN,
                    .dimensions = NAN};
}
