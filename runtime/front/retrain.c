#include "front/retrain.h"

#include "base/files.h"
#include "base/text.h"
#include "grid/successor.h"

#include <stdlib.h>
#include <string.h>

static int by_folder(const void *x, const void *y) {
  const run_row *const *one = x, *const *other = y;
  return strcmp((*one)->folder, (*other)->folder);
}

/* One row for each folder, in the arena. */
static size_t distinct(arena *a, const graph *g, const run_row ***out) {
  const run_row **rows = *out = arena_get(a, (g->row_count + 1) * sizeof *rows);
  size_t count = 0;
  for (size_t i = 0; i < g->row_count; i++) rows[i] = &g->rows[i];
  qsort(rows, g->row_count, sizeof *rows, by_folder);
  for (size_t i = 0; i < g->row_count; i++)
    if (i == 0 || strcmp(rows[i]->folder, rows[count - 1]->folder) != 0) rows[count++] = rows[i];
  return count;
}

status_code retrain_mode(arena *a, const session *s, graph_mode *mode, failure *err) {
  graph names;
  *mode = GRAPH_PLAIN;
  if (!s->given->retrain) return STATUS_OK;
  if (s->given->per_point)
    return failure_set(err, STATUS_USAGE,
                       "--retrain measures all audits again: --per-point has no effect with it");
  status_code status =
      graph_build(a, s->plan, s->catalogue, s->given->out, GRAPH_NAMES, &names, err);
  *mode = GRAPH_RETRAIN;
  for (size_t i = 0; status == STATUS_OK && i < names.row_count; i++)
    if (successor_exists(names.rows[i].folder) && successor_is_marked(names.rows[i].folder))
      *mode = GRAPH_GO_ON;
  return status;
}

/* ---- before the jobs ------------------------------------------------------------------------- */

void retrain_announce(const session *s) {
  arena a = {0};
  const run_row **rows, *first = NULL;
  const size_t count = distinct(&a, &s->jobs, &rows);
  size_t finished = 0, begun = 0;
  for (size_t i = 0; i < count; i++) {
    const char *folder = rows[i]->folder;
    const bool exists = s->leftovers && successor_exists(folder);
    if (s->mode == GRAPH_GO_ON && !exists) continue;
    finished += files_exists(arena_format(&a, "%s/result.json", folder));
    if (exists && begun++ == 0) first = rows[i];
  }
  if (s->mode == GRAPH_RETRAIN)
    fprintf(stderr, "%zu finished result%s will be replaced, each when its successor is complete\n",
            finished, text_plural(finished));
  else if (s->mode == GRAPH_GO_ON)
    fprintf(stderr,
            "an interrupted --retrain goes on: %zu run%s left, %zu finished result%s will be "
            "replaced\n",
            begun, text_plural(begun), finished, text_plural(finished));
  else if (begun)
    fprintf(
        stderr,
        "an interrupted --retrain has left %zu unfinished successor%s, such as %s.new. --retrain "
        "goes on; to drop them, remove these folders\n",
        begun, text_plural(begun), first->folder);
  arena_close(&a);
}

status_code retrain_begin(const session *s, failure *err) {
  arena a = {0};
  const run_row **rows;
  const bool begin = s->mode == GRAPH_RETRAIN;
  const size_t count = s->leftovers || begin ? distinct(&a, &s->jobs, &rows) : 0;
  status_code status = STATUS_OK;
  for (size_t i = 0; i < count && status == STATUS_OK; i++)
    status = successor_recover(rows[i]->folder, err);
  for (size_t i = 0; begin && i < count && status == STATUS_OK; i++)
    status = successor_begin(rows[i]->folder, err);
  for (size_t i = 0; begin && i < count && status == STATUS_OK; i++)
    status = successor_mark(rows[i]->folder, err);
  arena_close(&a);
  return status;
}

/* ---- after the jobs -------------------------------------------------------------------------- */

/* Is something missing in a successor that its row wants, or that would be lost? A measurement that
 * failed is not missing where the finished run has none, either. */
static bool is_missing(arena *a, const grid_job *it) {
  const bool failed = it->state == JOB_FAILED || it->state == JOB_BLOCKED;
  if (it->state == JOB_DONE) return false;
  if (!failed || it->kind != JOB_MEASURE) return true;
  const char *old = arena_format(a, "%.*s", (int)(strlen(it->folder) - strlen(".new")), it->folder);
  return job_is_done(job_measure_path(a, old, it->id), it->id);
}

/* The folders of successors in which something is missing, sorted. */
static size_t find_missing(arena *a, const graph *g, const char ***out) {
  const char **folders = *out = arena_get(a, (g->job_count + 1) * sizeof *folders);
  size_t count = 0;
  for (size_t i = 0; i < g->job_count; i++) {
    const grid_job *it = &g->jobs[i];
    if (text_ends_with(it->folder, ".new") && is_missing(a, it)) folders[count++] = it->folder;
  }
  qsort(folders, count, sizeof *folders, text_order);
  return count;
}

static bool is_complete(arena *a, const run_row *row, const char *const *missing, size_t count) {
  const char *folder = successor_folder(a, row->folder);
  if (count && bsearch(&folder, missing, count, sizeof *missing, text_order)) return false;
  return job_is_done(arena_format(a, "%s/result.json", folder), row->train_id);
}

status_code retrain_end(const session *s, FILE *log, failure *err) {
  arena a = {0};
  const run_row **rows;
  const char **missing;
  size_t replaced = 0, left = 0;
  status_code status = STATUS_OK;
  if (s->mode != GRAPH_RETRAIN && s->mode != GRAPH_GO_ON) return STATUS_OK;
  const size_t count = distinct(&a, &s->jobs, &rows);
  const size_t missing_count = find_missing(&a, &s->jobs, &missing);
  for (size_t i = 0; i < count && status == STATUS_OK; i++) {
    if (!successor_exists(rows[i]->folder)) continue;
    const bool complete = is_complete(&a, rows[i], missing, missing_count);
    if (complete) status = successor_replace(rows[i]->folder, err);
    if (complete && status == STATUS_OK)
      replaced++;
    else
      left++;
  }
  if (log) fprintf(log, "--retrain: %zu result%s replaced", replaced, text_plural(replaced));
  if (log && left) fprintf(log, ", %zu kept: the same command goes on with them", left);
  if (log) fputc('\n', log);
  arena_close(&a);
  return status;
}
