#include "front/references.h"

#include "base/files.h"
#include "base/json.h"
#include "front/session.h"

#include <stdlib.h>
#include <string.h>

enum { DIGITS = 12 };

bool references_has(const key_map *map, const char *key) {
  return key_map_get_text(map, key) != KEY_MAP_ABSENT;
}

static void put(key_map *map, const char *key) {
  key_map_put_text(map, key, 0);
}

static void put_id(key_map *map, const char *id) {
  if (strlen(id) >= DIGITS) key_map_put(map, id, DIGITS, 0);
}

static const char *name_in(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

bool references_keep_view(const references *refs, const run_view *view) {
  return !*view->script || references_has(&refs->scripts, view->script);
}

/* ---- a script -------------------------------------------------------------------------------- */

static void add_rows(references *refs, const graph *g) {
  for (size_t i = 0; i < g->row_count; i++) {
    const run_row *row = &g->rows[i];
    put_id(&refs->runs, row->train_id);
    put_id(&refs->measurements, row->measure_id);
    for (size_t k = 0; row->audit_ids[k]; k++) put_id(&refs->measurements, row->audit_ids[k]);
  }
}

/* A second graph, in which no row counts as done, has the jobs that made what the rows need. */
static status_code add_script(references *refs, const options *given, const char *script,
                              failure *err) {
  session s;
  graph all;
  options one = *given;
  one.words[0] = script;
  one.word_count = 1;
  status_code status = session_open(&s, refs->a, &one, err);
  if (status == STATUS_OK)
    status = graph_build(refs->a, s.plan, s.catalogue, given->out, GRAPH_NAMES, &all, err);
  if (status != STATUS_OK) return status;
  char *path = realpath(script, NULL);
  put(&refs->scripts, path ? path : script);
  free(path);
  add_rows(refs, &s.jobs);
  add_rows(refs, &all);
  for (size_t i = 0; i < all.job_count; i++)
    if (all.jobs[i].kind == JOB_DATA || all.jobs[i].kind == JOB_MODES)
      put(&refs->cache, name_in(all.jobs[i].folder));
  return STATUS_OK;
}

/* ---- views ----------------------------------------------------------------------------------- */

/* The view of the full grid says what the grid was; the plan says what it is. */
static bool is_full_view(const run_view *view) {
  const char *script = name_in(view->script), *dot = strrchr(script, '.');
  const size_t length = dot ? (size_t)(dot - script) : strlen(script);
  return length > 0 && strlen(view->name) == length && strncmp(view->name, script, length) == 0;
}

static status_code add_view(references *refs, const run_view *view, failure *err) {
  if (!references_keep_view(refs, view) || is_full_view(view)) return STATUS_OK;
  if (view->train < 0)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s/runs.csv cannot be read, so its runs are not known. hifm table writes "
                       "it again; or remove the folder",
                       view->folder);
  for (size_t i = 0; i < view->rows.count; i++) {
    put_id(&refs->runs, view->rows.cells[i][view->train]);
    put_id(&refs->whole, view->rows.cells[i][view->train]);
  }
  return STATUS_OK;
}

/* Job files name the cache folders of runs that only a view refers to. */
static status_code add_cache(references *refs, const char *out, failure *err) {
  runs list;
  arena brief = {0};
  status_code status = runs_list(refs->a, out, &list, err);
  for (size_t i = 0; i < list.count && status == STATUS_OK; i++) {
    const value *file = NULL;
    const char *path = arena_format(&brief, "%s/%s/job.json", list.folder, list.names[i]);
    status = json_read(&brief, path, &file, err);
    if (files_is_lost(status)) status = STATUS_OK;
    if (file && key_map_get(&refs->whole, value_get_text(file, "id", "????????????"), DIGITS) !=
                    KEY_MAP_ABSENT) {
      put(&refs->cache, name_in(value_get_text(file, "data", "")));
      put(&refs->cache, name_in(value_get_text(file, "modes", "")));
    }
    arena_clear(&brief);
  }
  arena_close(&brief);
  return status;
}

status_code references_find(arena *a, const options *given, const run_views *views, references *out,
                            failure *err) {
  status_code status = STATUS_OK;
  *out = (references){.a = a,
                      .scripts = key_map_new(a),
                      .runs = key_map_new(a),
                      .whole = key_map_new(a),
                      .measurements = key_map_new(a),
                      .cache = key_map_new(a)};
  if (views->unread.status != STATUS_OK) /* what it refers to is not known */
    return failure_set(err, views->unread.status, "%s", views->unread.message);
  for (size_t i = 0; i < given->word_count && status == STATUS_OK; i++)
    status = add_script(out, given, given->words[i], err);
  for (size_t i = 0; i < views->count && status == STATUS_OK; i++)
    status = add_view(out, &views->items[i], err);
  return status == STATUS_OK ? add_cache(out, given->out, err) : status;
}
