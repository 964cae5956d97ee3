#include "grid/submission.h"

#include "base/files.h"
#include "base/folders.h"
#include "base/json.h"
#include "base/key_map.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { IDS_LARGEST = 1 << 28 };

static const char *last_part(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

const char *submission_folder(arena *a, const char *out, const char *view) {
  return arena_format(a, "%s/submissions/%s", out, last_part(view));
}

const char *submission_path(arena *a, const submission *s, const char *name) {
  return arena_format(a, "%s/%s", s->folder, name);
}

status_code submission_read(arena *a, const char *folder, submission *out, bool *found,
                            failure *err) {
  *out = (submission){.folder = folder};
  const char *path = submission_path(a, out, SUBMISSION_RECORD);
  *found = files_exists(path);
  return *found ? json_read_sealed(a, path, &out->record, err) : STATUS_OK;
}

status_code submission_write_record(const submission *s, failure *err) {
  arena a = {0};
  const char *text = json_sealed(&a, value_copy(&a, s->record));
  const char *path = submission_path(&a, s, SUBMISSION_RECORD);
  const status_code status = files_write(path, text, strlen(text), err);
  arena_close(&a);
  return status;
}

status_code submissions_read(arena *a, const char *out, submissions *all, failure *err) {
  const value *names;
  const char *parent = arena_format(a, "%s/submissions", out);
  *all = (submissions){.count = 0};
  status_code status = folders_list(a, parent, &names, err);
  if (status != STATUS_OK) return status;
  all->items = arena_get(a, (names->count + 1) * sizeof *all->items);
  for (size_t i = 0; i < names->count && status == STATUS_OK; i++) {
    bool found;
    const char *folder = arena_format(a, "%s/%s", parent, names->items[i]->text);
    status = submission_read(a, folder, &all->items[all->count], &found, err);
    all->count += found;
  }
  return status;
}

const char **submission_slices(arena *a, const submission *s, size_t *count) {
  const size_t first = (size_t)value_get_number(s->record, "tasks", 0),
               again = (size_t)value_get_number(s->record, "again", 0);
  const char **paths = arena_get(a, (first + again + 1) * sizeof *paths);
  *count = first + again;
  for (size_t i = 0; i < first; i++)
    paths[i] = arena_format(a, "%s/slice-%zu.json", s->folder, i + 1);
  for (size_t i = 0; i < again; i++)
    paths[first + i] = arena_format(a, "%s/again-%zu.json", s->folder, i + 1);
  return paths;
}

/* ---- is it over? ----------------------------------------------------------------------------- */

static bool has_process(arena *a, const submission *s) {
  size_t count;
  const char **paths = submission_slices(a, s, &count);
  bool used = files_is_used(submission_path(a, s, "prepare.json"));
  for (size_t i = 0; i < count && !used; i++) used = files_is_used(paths[i]);
  return used;
}

submission_state submission_look(arena *a, const submission *s) {
  const char *name = value_get_text(s->record, "name", "");
  submission_state out = {.problem = ""};
  failure why;
  out.over = files_exists(submission_path(a, s, SUBMISSION_ENDING));
  if (out.over || has_process(a, s)) return out;
  if (*name && slurm_queue(a, name, &out.queue, &why) != STATUS_OK)
    out.problem = arena_text(a, why.message);
  out.over = out.queue.count == 0 && !*out.problem;
  return out;
}

/* ---- does it have a job? --------------------------------------------------------------------- */

static status_code read_ids(arena *a, const submission *s, key_map *ids, failure *err) {
  char *text = NULL, *line;
  size_t length;
  *ids = key_map_new(a);
  const status_code status =
      files_read(submission_path(a, s, "ids.txt"), IDS_LARGEST, &text, &length, err);
  char *rest = text;
  while ((line = strsep(&rest, "\n")))
    if (*line) key_map_put_text(ids, line, 0);
  free(text);
  return status;
}

static const grid_job *find_shared(const key_map *ids, const grid_job *jobs, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (key_map_get_text(ids, jobs[i].id) != KEY_MAP_ABSENT &&
        !job_is_done(jobs[i].result_path, jobs[i].id))
      return &jobs[i];
  return NULL;
}

static status_code refuse(arena *a, const submission *s, const submission_state *state,
                          const char *what, failure *err) {
  const char *script = value_get_text(s->record, "script", "SCRIPT");
  if (*state->problem)
    return failure_set(err, STATUS_BUSY,
                       "%s is of %s, which was given to Slurm. It cannot be found out if that is "
                       "over: %s. If it is: rm -r %s",
                       what, script, state->problem, s->folder);
  const char *jobs = "";
  for (size_t i = 0; i < state->queue.count && i < 3; i++)
    jobs = arena_format(a, "%s%s%s", jobs, i ? ", " : ", Slurm jobs ", state->queue.items[i].id);
  return failure_set(err, STATUS_BUSY,
                     "%s is in the queue or running elsewhere, for %s (%s%s%s). hifm ls shows "
                     "its runs, hifm cancel %s ends them",
                     what, script, s->folder, jobs, state->queue.count > 3 ? ", ..." : "", script);
}

status_code submissions_refuse(arena *a, const char *out, const grid_job *jobs, size_t count,
                               failure *err) {
  submissions all;
  status_code status = submissions_read(a, out, &all, err);
  for (size_t i = 0; i < all.count && status == STATUS_OK; i++) {
    const submission *s = &all.items[i];
    const submission_state state = submission_look(a, s);
    key_map ids;
    if (state.over) continue;
    if (!jobs) return refuse(a, s, &state, "a grid", err);
    status = read_ids(a, s, &ids, err);
    const grid_job *shared = status == STATUS_OK ? find_shared(&ids, jobs, count) : NULL;
    if (shared) return refuse(a, s, &state, shared->label, err);
  }
  return status;
}
