#include "grid/graph.h"

#include "base/files.h"
#include "host/catalogue.h"
#include "host/params.h"
#include "job/job.h"
#include "job/result.h"
#include "plan/identity.h"
#include "report/entries.h"

#include <string.h>

typedef struct builder {
  arena *a;
  const value *catalogue;
  const char *out;
  double checkpoint;
  bool again; /* no row counts as done */
  graph *g;
} builder;

static size_t find_job(const graph *g, job_kind kind, const char *id) {
  for (size_t i = 0; i < g->job_count; i++)
    if (g->jobs[i].kind == kind && strcmp(g->jobs[i].id, id) == 0) return i;
  return SIZE_MAX;
}

static value *job_file(builder *b, job_kind kind, const char *id, const char *folder,
                       const value *config) {
  value *file = value_new(b->a, VALUE_MAP);
  value_put_text(b->a, file, "job", job_kind_word(kind));
  value_put_text(b->a, file, "id", id);
  value_put_text(b->a, file, "folder", folder);
  value_put(b->a, file, "config", config);
  return file;
}

static size_t add_job(builder *b, job_kind kind, const char *id, const char *folder,
                      const char *label, const char *result_path, const value *file) {
  grid_job *it = &b->g->jobs[b->g->job_count];
  *it = (grid_job){.label = label,
                   .kind = kind,
                   .id = arena_text(b->a, id),
                   .folder = folder,
                   .result_path = result_path,
                   .file = file};
  return b->g->job_count++;
}

static void need(graph *g, size_t one, size_t other) {
  g->jobs[one].needs[g->jobs[one].need_count++] = other;
}

static const char *result_of(builder *b, const char *folder) {
  return arena_format(b->a, "%s/result.json", folder);
}

static const char *cache_folder(builder *b, const char *word, const char *id) {
  return arena_format(b->a, "%s/cache/%s-%.12s", b->out, word, id);
}

static size_t data_job(builder *b, const value *config, const identity *id) {
  const size_t known = find_job(b->g, JOB_DATA, id->data);
  if (known != SIZE_MAX) return known;
  const value *dataset = value_get(config, "dataset");
  const char *name = value_get_text(dataset, "label", "data");
  const char *folder = cache_folder(b, name, id->data);
  return add_job(b, JOB_DATA, id->data, folder, arena_format(b->a, "data set %s", name),
                 result_of(b, folder), job_file(b, JOB_DATA, id->data, folder, dataset));
}

static size_t modes_job(builder *b, const value *config, const identity *id, size_t data) {
  const size_t known = find_job(b->g, JOB_MODES, id->modes);
  if (known != SIZE_MAX) return known;
  const value *stages = value_get(value_get(config, "flow"), "stages"), *energy = NULL;
  catalogue_energy_of(b->a, b->catalogue, stages->items[0], &energy, NULL); /* as identity_of did */
  const char *name = value_get_text(energy, PARAMS_NAME, "energy");
  const char *folder = cache_folder(b, name, id->modes);
  value *own = value_new(b->a, VALUE_MAP);
  value_put(b->a, own, "dataset", value_get(config, "dataset"));
  value_put(b->a, own, "energy", energy);
  value *file = job_file(b, JOB_MODES, id->modes, folder, own);
  value_put_text(b->a, file, "data", b->g->jobs[data].folder);
  const size_t added =
      add_job(b, JOB_MODES, id->modes, folder,
              arena_format(b->a, "eigendecompositions of %s", name), result_of(b, folder), file);
  need(b->g, added, data);
  return added;
}

/* Cells as words: "formation hyperbolize isotropize seed 0". */
static const char *label_of(arena *a, const value *cells) {
  const char *label = NULL;
  for (size_t i = 0; cells && i < cells->count; i++) {
    const char *key = cells->keys[i], *cell = cells->items[i]->text, *dot = strrchr(key, '.');
    const char *name = dot ? dot + 1 : key;
    if (!cell || !*cell || strcmp(cell, "no") == 0) continue;
    const bool whole = strcmp(key, "flow") == 0 || strcmp(key, "network") == 0;
    const char *word = strcmp(cell, "yes") == 0 ? name
                       : whole                  ? cell
                                                : arena_format(a, "%s %s", name, cell);
    label = label ? arena_format(a, "%s %s", label, word) : word;
  }
  return label ? label : "run";
}

static size_t train_job(builder *b, const value *config, const identity *id, const value *cells,
                        const char *folder, size_t data, size_t modes) {
  value *file = job_file(b, JOB_TRAIN, id->train, folder, config);
  value_put_text(b->a, file, "data", b->g->jobs[data].folder);
  if (modes != SIZE_MAX) value_put_text(b->a, file, "modes", b->g->jobs[modes].folder);
  value_put_text(b->a, file, "measure_id", id->measure);
  value_put_number(b->a, file, "checkpoint_seconds", b->checkpoint);
  const size_t added =
      add_job(b, JOB_TRAIN, id->train, folder, label_of(b->a, cells), result_of(b, folder), file);
  need(b->g, added, data);
  if (modes != SIZE_MAX) need(b->g, added, modes);
  return added;
}

/* train: the job that must come first, or SIZE_MAX where its weights exist; why: for people. */
static size_t measure_job(builder *b, const value *config, const identity *id, const value *cells,
                          const char *why, const char *folder, size_t data, size_t train) {
  value *file = job_file(b, JOB_MEASURE, id->measure, folder, config);
  value_put_text(b->a, file, "data", b->g->jobs[data].folder);
  const char *label = arena_format(b->a, "%s, %s", label_of(b->a, cells), why);
  const size_t added = add_job(b, JOB_MEASURE, id->measure, folder, label,
                               job_measure_path(b->a, folder, id->measure), file);
  need(b->g, added, data);
  if (train != SIZE_MAX) need(b->g, added, train);
  return added;
}

static bool measures(const grid_job *train, const identity *id) {
  return strcmp(value_get_text(train->file, "measure_id", ""), id->measure) == 0;
}

/* The jobs of a row that is not done; returns the one that ends with its measurement. Rows may
 * differ in what is not part of an identity (the path of a file): then they share their jobs. */
static size_t add_jobs(builder *b, const value *config, const identity *id, const value *cells,
                       const char *folder, bool trained) {
  static const char AGAIN[] = "measured again";
  graph *g = b->g;
  const size_t data = data_job(b, config, id), known = find_job(g, JOB_MEASURE, id->measure);
  if (known != SIZE_MAX) return known;
  if (trained) {
    g->rows_again++;
    return measure_job(b, config, id, cells, AGAIN, folder, data, SIZE_MAX);
  }
  const size_t train = find_job(g, JOB_TRAIN, id->train);
  if (train == SIZE_MAX) {
    const size_t modes = id->modes[0] ? modes_job(b, config, id, data) : SIZE_MAX;
    return train_job(b, config, id, cells, folder, data, modes);
  }
  if (measures(&g->jobs[train], id)) return train;
  return measure_job(b, config, id, cells, AGAIN, folder, data, train);
}

/* Is there a result of this identity? A damaged one is not, and is noted. */
static status_code look_at(builder *b, const char *path, const char *id, bool *found,
                           failure *err) {
  arena brief = {0};
  const value *made;
  failure why;
  status_code status = result_read(&brief, path, id, &made, &why);
  *found = made != NULL;
  arena_close(&brief);
  if (status == STATUS_OK) return STATUS_OK;
  if (status != STATUS_BAD_INPUT) return failure_set(err, status, "%s", why.message);
  for (size_t i = 0; i < b->g->notes->count; i++) /* rows and audits may share it */
    if (strcmp(b->g->notes->items[i]->text, why.message) == 0) return STATUS_OK;
  value_push(b->a, b->g->notes, value_text(b->a, why.message));
  return STATUS_OK;
}

typedef struct existing {
  bool trained, measured; /* measured: only where it is trained, too */
} existing;

static status_code look(builder *b, const char *folder, const identity *id, existing *out,
                        failure *err) {
  *out = (existing){false, false};
  if (b->again) return STATUS_OK;
  status_code status = look_at(b, result_of(b, folder), id->train, &out->trained, err);
  if (status != STATUS_OK || !out->trained) return status;
  return look_at(b, job_measure_path(b->a, folder, id->measure), id->measure, &out->measured, err);
}

static status_code check_audit_names(const value *audits, failure *err) {
  for (size_t k = 0; audits && k < audits->count; k++) {
    failure inner;
    status_code status = entries_check_name("an audit", audits->keys[k], &inner);
    if (status == STATUS_OK && strcmp(audits->keys[k], "paper") == 0)
      status = failure_set(&inner, STATUS_BAD_CONFIG,
                           "\"paper.\" begins the columns of the paper's CSV; choose another name");
    if (status != STATUS_OK)
      return failure_set(err, status, "audits.%s: %s", audits->keys[k], inner.message);
  }
  return STATUS_OK;
}

/* A row's config with the sections of one of its audits in place of its own. */
static const value *audit_config(arena *a, const value *config, const value *sections) {
  value *audited = value_copy(a, config);
  for (size_t i = 0; i < sections->count; i++)
    value_put(a, audited, sections->keys[i], sections->items[i]);
  return audited;
}

/* One more measurement of a row's weights; config: the audit's. *id is the row's and becomes the
 * audit's. */
static status_code add_audit(builder *b, const value *config, const char *name, const run_row *row,
                             identity *id, bool *done, failure *err) {
  existing found;
  status_code status = identity_of_measure(config, b->catalogue, id->train, id->measure, err);
  if (status == STATUS_OK) status = look(b, row->folder, id, &found, err);
  if (status != STATUS_OK) return status;
  *done = found.measured || strcmp(id->measure, row->measure_id) == 0; /* it may be the row's own */
  if (*done || find_job(b->g, JOB_MEASURE, id->measure) != SIZE_MAX) return STATUS_OK;
  const size_t data = data_job(b, config, id), train = find_job(b->g, JOB_TRAIN, id->train);
  const char *why = arena_format(b->a, "audit %s", name);
  measure_job(b, config, id, row->cells, why, row->folder, data, train);
  return STATUS_OK;
}

static status_code add_row(builder *b, const value *row, size_t index, failure *err) {
  const value *config = value_get(row, "config"), *cells = value_get(row, "cells");
  const value *audits = value_get(row, "audits");
  const size_t audit_count = audits ? audits->count : 0;
  graph *g = b->g;
  run_row *made = &g->rows[index];
  identity id;
  status_code status = identity_of(config, b->catalogue, &id, err);
  if (status != STATUS_OK) return status;
  const char *folder =
      arena_format(b->a, "%s/runs/%s-%.12s", b->out, identity_slug(b->a, config), id.train);
  existing found;
  status = look(b, folder, &id, &found, err);
  if (status != STATUS_OK) return status;
  bool done = found.measured;
  const char **audit_ids = arena_get(b->a, (audit_count + 1) * sizeof *audit_ids);
  g->row_jobs[index] = done ? SIZE_MAX : add_jobs(b, config, &id, cells, folder, found.trained);
  *made = (run_row){.cells = cells,
                    .folder = folder,
                    .train_id = arena_text(b->a, id.train),
                    .measure_id = arena_text(b->a, id.measure),
                    .audit_ids = audit_ids};
  for (size_t k = 0; k < audit_count && status == STATUS_OK; k++) {
    bool audited = false;
    identity audit_id = id;
    status = add_audit(b, audit_config(b->a, config, audits->items[k]), audits->keys[k], made,
                       &audit_id, &audited, err);
    audit_ids[k] = arena_text(b->a, audit_id.measure);
    done &= audited;
  }
  g->rows_done += done;
  return status;
}

status_code graph_build(arena *a, const value *plan, const value *catalogue, const char *out,
                        bool again, graph *g, failure *err) {
  const value *rows = value_get(plan, "rows"), *audits = value_get(plan, "audits");
  const size_t count = rows ? rows->count : 0, audit_count = audits ? audits->count : 0;
  builder b = {.a = a,
               .catalogue = catalogue,
               .out = out,
               .again = again,
               .checkpoint = value_get_number(value_get(plan, "schedule"), "checkpoint", 30),
               .g = g};
  *g = (graph){.row_count = count, .notes = value_new(a, VALUE_LIST)};
  g->jobs = arena_get(a, (4 + audit_count) * count * sizeof *g->jobs);
  g->rows = arena_get(a, count * sizeof *g->rows);
  g->row_jobs = arena_get(a, count * sizeof *g->row_jobs);
  status_code status = check_audit_names(audits, err);
  for (size_t i = 0; i < count && status == STATUS_OK; i++)
    status = add_row(&b, rows->items[i], i, err);
  if (status == STATUS_OK) graph_set_states(g);
  return status;
}

status_code graph_data_job(arena *a, const value *config, const value *catalogue, const char *out,
                           grid_job *made, failure *err) {
  graph alone = {.jobs = made};
  builder b = {.a = a, .out = out, .g = &alone};
  identity id = {.data = ""};
  status_code status = identity_of_data(config, catalogue, id.data, err);
  if (status == STATUS_OK) data_job(&b, config, &id);
  return status;
}

/* A diverged run is done too: record.c reads that from its result. */
void graph_set_states(graph *g) {
  for (size_t i = 0; i < g->row_count; i++) {
    const size_t at = g->row_jobs[i];
    const job_state state = at == SIZE_MAX ? JOB_DONE : g->jobs[at].state;
    const bool failed = state == JOB_FAILED || state == JOB_BLOCKED;
    g->rows[i].status = state == JOB_DONE ? RUN_DONE : failed ? RUN_FAILED : RUN_MISSING;
  }
}
