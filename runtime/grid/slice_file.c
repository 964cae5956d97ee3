#include "grid/slice_file.h"

#include "base/files.h"
#include "base/json.h"

#include <math.h>
#include <string.h>

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct writing {
  arena *a;
  const grid_job *jobs;
  size_t *places; /* [jobs] place in the list; SIZE_MAX: not in it */
  value *list;
} writing;

static void add_job(writing *w, size_t index, bool own) {
  const grid_job *it = &w->jobs[index];
  value *entry = value_new(w->a, VALUE_MAP), *needs = value_new(w->a, VALUE_LIST);
  value_put_text(w->a, entry, "kind", job_kind_word(it->kind));
  value_put_text(w->a, entry, "label", it->label);
  value_put_text(w->a, entry, "id", it->id);
  value_put_text(w->a, entry, "folder", it->folder);
  value_put_text(w->a, entry, "result", it->result_path);
  if (it->audit) value_put_text(w->a, entry, "audit", it->audit);
  for (size_t k = 0; k < it->need_count && own; k++)
    value_push(w->a, needs, value_number(w->a, (double)w->places[it->needs[k]]));
  value_put(w->a, entry, "needs", needs);
  if (own) value_put(w->a, entry, "file", it->file);
  w->places[index] = w->list->count;
  value_push(w->a, w->list, entry);
}

static void add_with_needs(writing *w, size_t index) {
  const grid_job *it = &w->jobs[index];
  for (size_t k = 0; k < it->need_count; k++)
    if (w->places[it->needs[k]] == SIZE_MAX) add_job(w, it->needs[k], false);
  add_job(w, index, true);
}

status_code slice_file_write(const char *path, const slice_options *how, const grid_job *jobs,
                             size_t count, const slices *cut, size_t number, failure *err) {
  arena a = {0};
  value *map = value_new(&a, VALUE_MAP);
  writing w = {&a, jobs, arena_get(&a, (count + 1) * sizeof *w.places), value_new(&a, VALUE_LIST)};
  for (size_t i = 0; i < count; i++) w.places[i] = SIZE_MAX;
  for (size_t i = 0; i < count; i++)
    if (cut->of[i] == number) add_with_needs(&w, i);
  value_put_text(&a, map, "plugins", how->plugins);
  value_put_text(&a, map, "plugins_hash", how->plugins_hash);
  value_put_number(&a, map, "timeout", how->timeout);
  value_put_number(&a, map, "retries", how->retries);
  value_put_number(&a, map, "threads", (double)how->threads);
  value_put(&a, map, "jobs", w.list);
  const char *text = json_sealed(&a, map);
  const status_code status = files_write(path, text, strlen(text), err);
  arena_close(&a);
  return status;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool read_kind(const value *entry, job_kind *out) {
  for (*out = 0; *out < JOB_KIND_COUNT; ++*out)
    if (strcmp(job_kind_word(*out), value_get_text(entry, "kind", "")) == 0) return true;
  return false;
}

static bool read_needs(const value *entry, size_t place, grid_job *out) {
  const value *needs = value_get(entry, "needs");
  const size_t room = sizeof out->needs / sizeof *out->needs;
  if (!needs || needs->type != VALUE_LIST || needs->count > room) return false;
  for (size_t k = 0; k < needs->count; k++) {
    const double needed = needs->items[k]->number;
    if (!(needed >= 0) || needed >= (double)place || needed != floor(needed)) return false;
    out->needs[out->need_count++] = (size_t)needed;
  }
  return true;
}

/* false: it is not a job of a slice. */
static bool read_job(const value *entry, size_t place, grid_job *out) {
  *out = (grid_job){.label = value_get_text(entry, "label", NULL),
                    .id = value_get_text(entry, "id", NULL),
                    .folder = value_get_text(entry, "folder", NULL),
                    .result_path = value_get_text(entry, "result", NULL),
                    .audit = value_get_text(entry, "audit", NULL),
                    .file = value_get(entry, "file")};
  return read_kind(entry, &out->kind) && out->label && out->id && out->folder && out->result_path &&
         read_needs(entry, place, out);
}

status_code slice_file_read(arena *a, const char *path, slice *out, failure *err) {
  const value *map = NULL;
  *out = (slice){.count = 0};
  status_code status = json_read_sealed(a, path, &map, err);
  if (status != STATUS_OK) return status;
  const value *jobs = value_get(map, "jobs");
  out->how = (slice_options){.plugins = value_get_text(map, "plugins", NULL),
                             .plugins_hash = value_get_text(map, "plugins_hash", ""),
                             .timeout = value_get_number(map, "timeout", 0),
                             .retries = (unsigned)value_get_number(map, "retries", 2),
                             .threads = (size_t)value_get_number(map, "threads", 1)};
  bool whole = jobs && jobs->type == VALUE_LIST && out->how.plugins;
  const size_t count = whole ? jobs->count : 0;
  out->jobs = arena_get(a, (count + 1) * sizeof *out->jobs);
  out->elsewhere = arena_get(a, count + 1);
  for (size_t i = 0; i < count && whole; i++) {
    whole = read_job(jobs->items[i], i, &out->jobs[i]);
    out->elsewhere[i] = out->jobs[i].file == NULL;
  }
  out->count = count;
  if (whole) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: not a slice of a grid", path);
}
