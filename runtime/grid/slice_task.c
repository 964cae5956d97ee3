#include "grid/slice_task.h"

#include "base/files.h"
#include "base/json.h"
#include "job/checkpoint.h"

#include <string.h>

#define SLICE_STATE_WORD(constant, word) word,
static const char *const WORDS[SLICE_STATES] = {SLICE_STATE_LIST(SLICE_STATE_WORD)};
#undef SLICE_STATE_WORD

/* "x/slice-3.json" has "x/slice-3.task.json". */
static const char *path_of(arena *a, const char *of) {
  return arena_format(a, "%.*s.task.json", (int)(strlen(of) - strlen(".json")), of);
}

slice_task slice_task_read(arena *a, const char *path) {
  const value *map = NULL;
  slice_task out = {.state = SLICE_WAITING, .node = "", .slurm_job = "", .message = ""};
  const char *file = path_of(a, path);
  if (!files_exists(file) || json_read(a, file, &map, NULL) != STATUS_OK) return out;
  for (slice_state s = 0; s < SLICE_STATES; s++)
    if (strcmp(value_get_text(map, "state", ""), WORDS[s]) == 0) out.state = s;
  out.node = value_get_text(map, "node", "");
  out.slurm_job = value_get_text(map, "slurm_job", "");
  out.message = value_get_text(map, "message", "");
  out.done = value_get_number(map, "done", 0);
  out.failed = value_get_number(map, "failed", 0);
  out.skipped = value_get_number(map, "skipped", 0);
  out.progress = value_get_number(map, "progress", 0);
  return out;
}

status_code slice_task_write(const char *path, const slice_task *task, failure *err) {
  arena a = {0};
  value *map = value_new(&a, VALUE_MAP);
  value_put_text(&a, map, "state", WORDS[task->state]);
  value_put_text(&a, map, "node", task->node);
  value_put_text(&a, map, "slurm_job", task->slurm_job);
  value_put_text(&a, map, "message", task->message);
  value_put_number(&a, map, "done", task->done);
  value_put_number(&a, map, "failed", task->failed);
  value_put_number(&a, map, "skipped", task->skipped);
  value_put_number(&a, map, "progress", task->progress);
  const char *text = json_pretty(&a, map);
  const status_code status = files_write(path_of(&a, path), text, strlen(text), err);
  arena_close(&a);
  return status;
}

/* A finished job counts more than any of its checkpoints. */
static double progress_of(const grid_job *it) {
  static const double FINISHED = 1e12;
  arena brief = {0};
  const value *ignored;
  double steps = 0;
  if (job_is_done(it->result_path, it->id))
    steps = FINISHED;
  else if (it->kind == JOB_TRAIN && files_exists(it->folder))
    steps = checkpoint_look(&brief, it->folder, "", &ignored);
  arena_close(&brief);
  return steps > 0 ? steps : 0;
}

double slice_task_progress(const slice *of) {
  double sum = 0;
  for (size_t i = 0; i < of->count; i++)
    if (!of->elsewhere[i]) sum += progress_of(&of->jobs[i]);
  return sum;
}
