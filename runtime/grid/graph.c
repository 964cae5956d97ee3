#include "grid/graph.h"

#include "base/files.h"
#include "base/key_map.h"
#include "grid/successor.h"
#include "host/catalogue.h"
#include "host/params.h"
#include "job/history.h"
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
  graph_mode mode;
  value **files; /* [jobs] the job files, to build on */
  graph *g;
  size_t job_room;
  key_map known[JOB_KIND_COUNT]; /* id -> index of the job */
} builder;

static void begin(builder *b, arena *a, const value *catalogue, const char *out, graph *g) {
  *b = (builder){.a = a, .catalogue = catalogue, .out = out, .g = g};
  for (job_kind kind = 0; kind < JOB_KIND_COUNT; kind++) b->known[kind] = key_map_new(a);
}

static size_t find_job(const builder *b, job_kind kind, const char *id) {
  return key_map_get_text(&b->known[kind], id);
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

static void make_room(builder *b) {
  graph *g = b->g;
  b->job_room = b->job_room ? 2 * b->job_room : 16;
  grid_job *jobs = arena_get(b->a, b->job_room * sizeof *jobs);
  value **files = arena_get(b->a, b->job_room * sizeof *files);
  if (g->job_count) memcpy(jobs, g->jobs, g->job_count * sizeof *jobs);
  if (g->job_count) memcpy(files, b->files, g->job_count * sizeof *files);
  g->jobs = jobs;
  b->files = files;
}

static size_t add_job(builder *b, job_kind kind, const char *id, const char *folder,
                      const char *label, const char *result_path, value *file) {
  graph *g = b->g;
  if (g->job_count == b->job_room) make_room(b);
  b->files[g->job_count] = file;
  grid_job *it = &g->jobs[g->job_count];
  *it = (grid_job){.label = label,
                   .kind = kind,
                   .id = arena_text(b->a, id),
                   .folder = folder,
                   .result_path = result_path,
                   .file = file};
  key_map_put_text(&b->known[kind], id, g->job_count);
  return g->job_count++;
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
  const size_t known = find_job(b, JOB_DATA, id->data);
  if (known != SIZE_MAX) return known;
  const value *dataset = value_get(config, "dataset");
  const char *name = value_get_text(dataset, "label", "data");
  const char *folder = cache_folder(b, name, id->data);
  return add_job(b, JOB_DATA, id->data, folder, arena_format(b->a, "data set %s", name),
                 result_of(b, folder), job_file(b, JOB_DATA, id->data, folder, dataset));
}

static size_t modes_job(builder *b, const value *config, const identity *id, size_t data) {
  const size_t known = find_job(b, JOB_MODES, id->modes);
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
const char *graph_label(arena *a, const value *cells) {
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

/* A measurement as job files have it; family NULL: an audit's. */
static value *measurement(builder *b, const value *config, const char *id, const char *family) {
  value *entry = value_new(b->a, VALUE_MAP), *own = value_new(b->a, VALUE_MAP);
  value_put(b->a, own, "dataset", value_get(config, "dataset"));
  value_put(b->a, own, "measure", value_get(config, "measure"));
  value_put_text(b->a, entry, "id", id);
  if (family) value_put_text(b->a, entry, "family", family);
  value_put(b->a, entry, "config", own);
  return entry;
}

static value *list_of_one(arena *a, const value *item) {
  value *list = value_new(a, VALUE_LIST);
  value_push(a, list, item);
  return list;
}

static bool keeps_all(const value *config) {
  return strcmp(value_get_text(value_get(config, "train"), "keep", ""), "all") == 0;
}

static size_t train_job(builder *b, const value *config, const identity *id, const value *cells,
                        const char *folder, size_t data, size_t modes) {
  value *file = job_file(b, JOB_TRAIN, id->train, folder, config);
  value_put_text(b->a, file, "data", b->g->jobs[data].folder);
  if (modes != SIZE_MAX) value_put_text(b->a, file, "modes", b->g->jobs[modes].folder);
  value_put(b->a, file, "measurements", value_new(b->a, VALUE_LIST));
  value_put_number(b->a, file, "checkpoint_seconds", b->checkpoint);
  const size_t added = add_job(b, JOB_TRAIN, id->train, folder, graph_label(b->a, cells),
                               result_of(b, folder), file);
  need(b->g, added, data);
  if (modes != SIZE_MAX) need(b->g, added, modes);
  return added;
}

/* The training also measures as this row asks. */
static void add_measurement(builder *b, size_t train, const value *config, const identity *id) {
  value *file = b->files[train];
  const value *list = value_get(file, "measurements");
  bool found = false;
  for (size_t i = 0; i < list->count; i++)
    found |= strcmp(value_get_text(list->items[i], "id", ""), id->measure) == 0;
  if (keeps_all(config)) value_put(b->a, file, "keep_all", value_bool(b->a, true));
  if (found) return;
  value *longer = value_copy(b->a, list);
  value_push(b->a, longer, measurement(b, config, id->measure, id->family));
  value_put(b->a, file, "measurements", longer);
}

/* entry: the measurement; why: for people. */
static size_t measure_job(builder *b, const value *config, const identity *id, const value *cells,
                          const char *why, const char *folder, size_t data, const value *entry) {
  value *file = job_file(b, JOB_MEASURE, id->measure, folder, config);
  value_put_text(b->a, file, "data", b->g->jobs[data].folder);
  value_put_text(b->a, file, "train", id->train);
  value_put(b->a, file, "measurements", list_of_one(b->a, entry));
  const char *label = arena_format(b->a, "%s, %s", graph_label(b->a, cells), why);
  const size_t added = add_job(b, JOB_MEASURE, id->measure, folder, label,
                               job_measure_path(b->a, folder, id->measure), file);
  need(b->g, added, data);
  return added;
}

/* The jobs of a row that is not done; returns the one that ends with its measurement. Rows may
 * differ in what is not part of an identity (the path of a file): then they share their jobs. */
static size_t add_jobs(builder *b, const value *config, const identity *id, const value *cells,
                       const char *folder, bool trained) {
  const size_t data = data_job(b, config, id), known = find_job(b, JOB_MEASURE, id->measure);
  if (known != SIZE_MAX) return known;
  if (trained)
    return measure_job(b, config, id, cells, "measured again", folder, data,
                       measurement(b, config, id->measure, id->family));
  size_t train = find_job(b, JOB_TRAIN, id->train);
  if (train == SIZE_MAX) {
    const size_t modes = id->modes[0] ? modes_job(b, config, id, data) : SIZE_MAX;
    train = train_job(b, config, id, cells, folder, data, modes);
  }
  add_measurement(b, train, config, id);
  return train;
}

/* The result of this identity, or NULL. A damaged one is noted. */
static status_code read_result(builder *b, arena *a, const char *path, const char *id,
                               const value **made, failure *err) {
  failure why;
  status_code status = result_read(a, path, id, made, &why);
  if (status == STATUS_OK) return STATUS_OK;
  if (status != STATUS_BAD_INPUT) return failure_set(err, status, "%s", why.message);
  for (size_t i = 0; i < b->g->notes->count; i++) /* rows and audits may share it */
    if (strcmp(b->g->notes->items[i]->text, why.message) == 0) return STATUS_OK;
  value_push(b->a, b->g->notes, value_text(b->a, why.message));
  return STATUS_OK;
}

static status_code look_at(builder *b, const char *path, const char *id, bool *found,
                           failure *err) {
  arena brief = {0};
  const value *made;
  status_code status = read_result(b, &brief, path, id, &made, err);
  *found = made != NULL;
  arena_close(&brief);
  return status;
}

typedef struct existing {
  bool trained, measured; /* measured: only where it is trained, too */
} existing;

static status_code look(builder *b, const char *folder, const identity *id, existing *out,
                        failure *err) {
  *out = (existing){false, false};
  if (b->mode == GRAPH_NAMES) return STATUS_OK;
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

/* An audit that hifm made before audits knew their row has the id of a measurement. It is the row's
 * if it is of the row's best weights. */
static bool is_of_row(builder *b, const run_row *row, const char *folder, const char *old_id) {
  const value *audit, *own, *trained;
  const char *old = job_measure_path(b->a, folder, old_id),
             *measured = job_measure_path(b->a, folder, row->measure_id);
  if (b->mode == GRAPH_NAMES || read_result(b, b->a, old, old_id, &audit, NULL) != STATUS_OK ||
      !audit || value_get(audit, "measurement") ||
      !value_get(value_get(audit, "numbers"), "nll_identity"))
    return false;
  read_result(b, b->a, result_of(b, folder), row->train_id, &trained, NULL);
  read_result(b, b->a, measured, row->measure_id, &own, NULL);
  if (!trained || !own) return false;
  const history_rule rule = history_rule_of(row->config, trained);
  const value *history = value_get(own, "history"), *best = history_best(history);
  if (!history_is_complete(history, &rule) || !best) return true;
  return history_at(value_get(audit, "history"), history_step(best)) != NULL;
}

static size_t audit_job(builder *b, const value *config, const char *name, const run_row *row,
                        const char *folder, const identity *id, size_t row_job) {
  const value *entry = measurement(b, config, id->measure, NULL);
  const char *why = arena_format(b->a, "audit %s", name);
  const size_t data = data_job(b, config, id);
  const size_t added = measure_job(b, config, id, row->cells, why, folder, data, entry);
  b->g->jobs[added].audit = name;
  value_put_text(b->a, b->files[added], "of", row->measure_id);
  value_put_number(b->a, b->files[added], "every",
                   value_get_number(value_get(row->config, "measure"), "every", 1));
  if (row_job != SIZE_MAX) need(b->g, added, row_job);
  return added;
}

/* One more measurement of a row's weights in `folder`; config: the audit's. *id is the row's and
 * becomes the audit's. */
static status_code add_audit(builder *b, const value *config, const char *name, const run_row *row,
                             const char *folder, size_t row_job, identity *id, bool *done,
                             failure *err) {
  existing found;
  identity plain = *id;
  status_code status =
      identity_of_measure(config, b->catalogue, id->train, NULL, plain.measure, err);
  if (status == STATUS_OK)
    status =
        identity_of_measure(config, b->catalogue, id->train, row->measure_id, id->measure, err);
  if (status == STATUS_OK) status = look(b, folder, id, &found, err);
  if (status != STATUS_OK) return status;
  *done = true;
  if (found.measured) return STATUS_OK;
  /* it may be the row's own */
  if (strcmp(plain.measure, row->measure_id) == 0 || is_of_row(b, row, folder, plain.measure)) {
    *id = plain;
    return STATUS_OK;
  }
  *done = false;
  if (find_job(b, JOB_MEASURE, id->measure) == SIZE_MAX)
    audit_job(b, config, name, row, folder, id, row_job);
  return STATUS_OK;
}

/* The folder that a row's jobs write. */
static const char *folder_to_write(builder *b, const char *folder) {
  const bool beside =
      b->mode == GRAPH_RETRAIN || (b->mode == GRAPH_GO_ON && successor_exists(folder));
  return beside ? successor_folder(b->a, folder) : folder;
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
  const char *work = folder_to_write(b, folder);
  existing found;
  status = look(b, work, &id, &found, err);
  if (status != STATUS_OK) return status;
  bool done = found.measured;
  const char **audit_ids = arena_get(b->a, (audit_count + 1) * sizeof *audit_ids);
  g->row_jobs[index] = done ? SIZE_MAX : add_jobs(b, config, &id, cells, work, found.trained);
  *made = (run_row){.cells = cells,
                    .folder = folder,
                    .train_id = arena_text(b->a, id.train),
                    .measure_id = arena_text(b->a, id.measure),
                    .audit_ids = audit_ids,
                    .config = config};
  for (size_t k = 0; k < audit_count && status == STATUS_OK; k++) {
    bool audited = false;
    identity audit_id = id;
    status = add_audit(b, audit_config(b->a, config, audits->items[k]), audits->keys[k], made, work,
                       g->row_jobs[index], &audit_id, &audited, err);
    audit_ids[k] = arena_text(b->a, audit_id.measure);
    done &= audited;
  }
  g->rows_done += done;
  return status;
}

status_code graph_build(arena *a, const value *plan, const value *catalogue, const char *out,
                        graph_mode mode, graph *g, failure *err) {
  const value *rows = value_get(plan, "rows"), *audits = value_get(plan, "audits");
  const size_t count = rows ? rows->count : 0, audit_count = audits ? audits->count : 0;
  builder b;
  begin(&b, a, catalogue, out, g);
  b.mode = mode;
  b.checkpoint = value_get_number(value_get(plan, "schedule"), "checkpoint", 30);
  *g = (graph){.a = a, .row_count = count, .notes = value_new(a, VALUE_LIST)};
  b.job_room = count * (1 + audit_count) + 16; /* mostly enough: doubling costs memory */
  g->jobs = arena_get(a, b.job_room * sizeof *g->jobs);
  b.files = arena_get(a, b.job_room * sizeof *b.files);
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
  graph alone = {0};
  builder b;
  begin(&b, a, catalogue, out, &alone);
  identity id = {.data = ""};
  status_code status = identity_of_data(config, catalogue, id.data, err);
  if (status != STATUS_OK) return status;
  const size_t added = data_job(&b, config, &id);
  *made = alone.jobs[added];
  return STATUS_OK;
}
