#include "grid/graph.h"

#include "grid/graph_parts.h"
#include "grid/successor.h"
#include "job/job.h"
#include "job/result.h"

#include <string.h>

/* A damaged result counts as missing, and is noted. */
static status_code judge(graph_builder *b, status_code status, const failure *why, failure *err) {
  if (status == STATUS_OK) return STATUS_OK;
  if (status != STATUS_BAD_INPUT) return failure_set(err, status, "%s", why->message);
  for (size_t i = 0; i < b->g->notes->count; i++) /* rows and audits may share it */
    if (strcmp(b->g->notes->items[i]->text, why->message) == 0) return STATUS_OK;
  value_push(b->a, b->g->notes, value_text(b->a, why->message));
  return STATUS_OK;
}

status_code graph_read_result(graph_builder *b, const char *path, const char *id,
                              const value **made, failure *err) {
  failure why;
  return judge(b, result_read(b->a, path, id, made, &why), &why, err);
}

static status_code look_at(graph_builder *b, const char *path, const char *id, bool *found,
                           failure *err) {
  failure why;
  return judge(b, result_look(path, id, found, &why), &why, err);
}

status_code graph_look(graph_builder *b, const char *folder, const identity *id,
                       graph_existing *out, failure *err) {
  *out = (graph_existing){false, false};
  if (b->mode == GRAPH_NAMES) return STATUS_OK;
  status_code status = look_at(b, graph_jobs_result(b, folder), id->train, &out->trained, err);
  if (status != STATUS_OK || !out->trained) return status;
  return look_at(b, job_measure_path(b->a, folder, id->measure), id->measure, &out->measured, err);
}

/* The folder that a row's jobs write. */
static const char *folder_to_write(graph_builder *b, const char *folder) {
  const bool beside =
      b->mode == GRAPH_RETRAIN || (b->mode == GRAPH_GO_ON && successor_exists(folder));
  return beside ? successor_folder(b->a, folder) : folder;
}

static status_code add_row(graph_builder *b, const value *row, size_t index, failure *err) {
  const value *config = value_get(row, "config"), *cells = value_get(row, "cells");
  graph *g = b->g;
  run_row *made = &g->rows[index];
  identity id;
  graph_existing found;
  bool audited = false;
  status_code status = identity_of(config, b->catalogue, &id, err);
  if (status != STATUS_OK) return status;
  const char *folder =
      arena_format(b->a, "%s/runs/%s-%.12s", b->out, identity_slug(b->a, config), id.train);
  const char *work = folder_to_write(b, folder);
  status = graph_look(b, work, &id, &found, err);
  if (status != STATUS_OK) return status;
  g->row_jobs[index] =
      found.measured ? SIZE_MAX : graph_jobs_of_row(b, config, &id, cells, work, found.trained);
  graph_jobs_want(b, value_get_number(row, "number", 0), config, &id);
  *made = (run_row){.cells = cells,
                    .folder = folder,
                    .train_id = arena_text(b->a, id.train),
                    .measure_id = arena_text(b->a, id.measure),
                    .config = config};
  status = graph_audits_add(b, value_get(row, "audits"), index, work, &id, &audited, err);
  g->rows_done += found.measured && audited;
  return status;
}

/* A training measures as all rows of the grid ask, also if only one of them is selected: a number
 * does not depend on what was selected before. */
static status_code add_unselected(graph_builder *b, const value *row, failure *err) {
  const value *config = value_get(row, "config");
  identity id;
  status_code status = identity_of(config, b->catalogue, &id, err);
  if (status == STATUS_OK) graph_jobs_want(b, value_get_number(row, "number", 0), config, &id);
  return status;
}

/* Memory for a plan. */
static void make_room(graph_builder *b, size_t rows, size_t audits, size_t unselected) {
  graph *g = b->g;
  b->job_room = rows * (1 + audits) + 16; /* mostly enough: doubling costs memory */
  g->jobs = arena_get(b->a, b->job_room * sizeof *g->jobs);
  b->files = arena_get(b->a, b->job_room * sizeof *b->files);
  b->wanted = arena_get(b->a, (rows + unselected) * sizeof *b->wanted);
  g->rows = arena_get(b->a, rows * sizeof *g->rows);
  g->row_jobs = arena_get(b->a, rows * sizeof *g->row_jobs);
  g->audit_jobs = arena_get(b->a, rows * audits * sizeof *g->audit_jobs);
}

status_code graph_build(arena *a, const value *plan, const value *catalogue, const char *out,
                        graph_mode mode, graph *g, failure *err) {
  const value *rows = value_get(plan, "rows"), *audits = value_get(plan, "audits");
  const value *unselected = value_get(plan, "unselected");
  graph_builder b;
  graph_jobs_begin(&b, a, catalogue, out, g);
  b.mode = mode;
  b.checkpoint = value_get_number(value_get(plan, "schedule"), "checkpoint", 30);
  b.threads = value_get_number(value_get(plan, "schedule"), "threads", 1);
  *g = (graph){.a = a,
               .row_count = rows->count,
               .audits = audits->keys,
               .audit_count = audits->count,
               .notes = value_new(a, VALUE_LIST)};
  make_room(&b, rows->count, audits->count, unselected->count);
  status_code status = graph_audits_check(audits, err);
  for (size_t i = 0; i < rows->count && status == STATUS_OK; i++)
    status = add_row(&b, rows->items[i], i, err);
  for (size_t i = 0; i < unselected->count && status == STATUS_OK; i++)
    status = add_unselected(&b, unselected->items[i], err);
  if (status != STATUS_OK) return status;
  graph_jobs_put_wanted(&b);
  graph_set_states(g);
  return STATUS_OK;
}
