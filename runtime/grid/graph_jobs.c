/* The jobs of a graph: which one makes what, and which it needs. */
#include "grid/graph_parts.h"
#include "grid/successor.h"
#include "host/catalogue.h"
#include "host/params.h"
#include "job/job.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

void graph_jobs_begin(graph_builder *b, arena *a, const value *catalogue, const char *out,
                      graph *g) {
  *b = (graph_builder){.a = a, .catalogue = catalogue, .out = out, .g = g, .threads = 1};
  for (job_kind kind = 0; kind < JOB_KIND_COUNT; kind++) b->known[kind] = key_map_new(a);
}

size_t graph_jobs_find(const graph_builder *b, job_kind kind, const char *id) {
  return key_map_get_text(&b->known[kind], id);
}

static value *job_file(graph_builder *b, job_kind kind, const char *id, const char *folder,
                       const value *config) {
  value *file = value_new(b->a, VALUE_MAP);
  value_put_text(b->a, file, "job", job_kind_word(kind));
  value_put_text(b->a, file, "id", id);
  value_put_text(b->a, file, "folder", folder);
  value_put_number(b->a, file, "threads", b->threads);
  value_put(b->a, file, "config", config);
  return file;
}

static void make_room(graph_builder *b) {
  graph *g = b->g;
  b->job_room = b->job_room ? 2 * b->job_room : 16;
  grid_job *jobs = arena_get(b->a, b->job_room * sizeof *jobs);
  value **files = arena_get(b->a, b->job_room * sizeof *files);
  if (g->job_count) memcpy(jobs, g->jobs, g->job_count * sizeof *jobs);
  if (g->job_count) memcpy(files, b->files, g->job_count * sizeof *files);
  g->jobs = jobs;
  b->files = files;
}

static size_t add_job(graph_builder *b, job_kind kind, const char *id, const char *folder,
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

void graph_jobs_need(graph *g, size_t one, size_t other) {
  g->jobs[one].needs[g->jobs[one].need_count++] = other;
}

const char *graph_jobs_result(graph_builder *b, const char *folder) {
  return arena_format(b->a, "%s/result.json", folder);
}

static const char *cache_folder(graph_builder *b, const char *word, const char *id) {
  return arena_format(b->a, "%s/cache/%s-%.12s", b->out, word, id);
}

size_t graph_jobs_data(graph_builder *b, const value *config, const identity *id) {
  const size_t known = graph_jobs_find(b, JOB_DATA, id->data);
  if (known != SIZE_MAX) return known;
  const value *dataset = value_get(config, "dataset");
  const char *name = value_get_text(dataset, "label", "data");
  const char *folder = cache_folder(b, name, id->data);
  return add_job(b, JOB_DATA, id->data, folder, arena_format(b->a, "data set %s", name),
                 graph_jobs_result(b, folder), job_file(b, JOB_DATA, id->data, folder, dataset));
}

static size_t modes_job(graph_builder *b, const value *config, const identity *id, size_t data) {
  const size_t known = graph_jobs_find(b, JOB_MODES, id->modes);
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
  const size_t added = add_job(b, JOB_MODES, id->modes, folder,
                               arena_format(b->a, "eigendecompositions of %s", name),
                               graph_jobs_result(b, folder), file);
  graph_jobs_need(b->g, added, data);
  return added;
}

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

value *graph_jobs_measurement(graph_builder *b, const value *config, const char *id,
                              const char *family) {
  value *entry = value_new(b->a, VALUE_MAP), *own = value_new(b->a, VALUE_MAP);
  value_put(b->a, own, "dataset", value_get(config, "dataset"));
  value_put(b->a, own, "measure", value_get(config, "measure"));
  value_put_text(b->a, entry, "id", id);
  if (family) value_put_text(b->a, entry, "family", family);
  if (family && settings_validation(config) > 0)
    value_put_text(b->a, entry, "points", "validation");
  value_put(b->a, entry, "config", own);
  return entry;
}

static value *list_of_one(arena *a, const value *item) {
  value *list = value_new(a, VALUE_LIST);
  value_push(a, list, item);
  return list;
}

/* What a training keeps does not decide its numbers: rows that share it may ask for different
 * things. */
static void put_kept(graph_builder *b, const value *config, value *file) {
  const value *train = value_get(config, "train");
  if (strcmp(value_get_text(train, "keep", ""), "all") == 0)
    value_put(b->a, file, "keep_all", value_bool(b->a, true));
  if (value_get_bool(train, "keep_state", false))
    value_put(b->a, file, "keep_state", value_bool(b->a, true));
}

static size_t train_job(graph_builder *b, const value *config, const identity *id,
                        const value *cells, const char *folder, size_t data, size_t modes) {
  value *file = job_file(b, JOB_TRAIN, id->train, folder, config);
  value_put_text(b->a, file, "data", b->g->jobs[data].folder);
  if (modes != SIZE_MAX) value_put_text(b->a, file, "modes", b->g->jobs[modes].folder);
  value_put(b->a, file, "measurements", value_new(b->a, VALUE_LIST));
  value_put_number(b->a, file, "checkpoint_seconds", b->checkpoint);
  if (id->stem[0]) value_put_text(b->a, file, "stem", id->stem);
  if (successor_is(folder)) value_put(b->a, file, "from_start", value_bool(b->a, true));
  const size_t added = add_job(b, JOB_TRAIN, id->train, folder, graph_label(b->a, cells),
                               graph_jobs_result(b, folder), file);
  graph_jobs_need(b->g, added, data);
  if (modes != SIZE_MAX) graph_jobs_need(b->g, added, modes);
  return added;
}

void graph_jobs_want(graph_builder *b, double number, const value *config, const identity *id) {
  const size_t train = graph_jobs_find(b, JOB_TRAIN, id->train);
  if (train == SIZE_MAX) return;
  put_kept(b, config, b->files[train]);
  b->wanted[b->wanted_count++] =
      (graph_wanted){train, number, graph_jobs_measurement(b, config, id->measure, id->family)};
}

static int by_job_and_row(const void *x, const void *y) {
  const graph_wanted *a = x, *b = y;
  if (a->train != b->train) return a->train < b->train ? -1 : 1;
  return (a->number > b->number) - (a->number < b->number);
}

/* A training's own settings are those of the first row of the whole grid that asks for it, so that
 * samples do not depend on --only. */
static void begin_wanted(graph_builder *b, value *file, const value *entry, const value *list) {
  const value *first = value_get(entry, "config");
  value *config = value_copy(b->a, value_get(file, "config"));
  for (size_t i = 0; i < first->count; i++)
    value_put(b->a, config, first->keys[i], first->items[i]);
  value_put(b->a, file, "config", config);
  value_put(b->a, file, "measurements", list);
}

void graph_jobs_put_wanted(graph_builder *b) {
  key_map put = key_map_new(b->a);
  value *list = NULL;
  if (b->wanted_count) qsort(b->wanted, b->wanted_count, sizeof *b->wanted, by_job_and_row);
  for (size_t i = 0; i < b->wanted_count; i++) {
    const graph_wanted *it = &b->wanted[i];
    const char *id = value_get_text(it->entry, "id", "");
    if (i == 0 || it->train != it[-1].train) {
      list = value_new(b->a, VALUE_LIST);
      begin_wanted(b, b->files[it->train], it->entry, list);
    }
    if (key_map_get_text(&put, id) != KEY_MAP_ABSENT) continue;
    key_map_put_text(&put, id, i);
    value_push(b->a, list, it->entry);
  }
}

size_t graph_jobs_measure(graph_builder *b, const value *config, const identity *id,
                          const value *cells, const char *why, const char *folder, size_t data,
                          const value *entry) {
  value *file = job_file(b, JOB_MEASURE, id->measure, folder, config);
  value_put_text(b->a, file, "data", b->g->jobs[data].folder);
  value_put_text(b->a, file, "train", id->train);
  value_put(b->a, file, "measurements", list_of_one(b->a, entry));
  const char *label = arena_format(b->a, "%s, %s", graph_label(b->a, cells), why);
  const size_t added = add_job(b, JOB_MEASURE, id->measure, folder, label,
                               job_measure_path(b->a, folder, id->measure), file);
  graph_jobs_need(b->g, added, data);
  return added;
}

size_t graph_jobs_of_row(graph_builder *b, const value *config, const identity *id,
                         const value *cells, const char *folder, bool trained) {
  const size_t data = graph_jobs_data(b, config, id),
               known = graph_jobs_find(b, JOB_MEASURE, id->measure);
  if (known != SIZE_MAX) return known;
  if (trained)
    return graph_jobs_measure(b, config, id, cells, "measured again", folder, data,
                              graph_jobs_measurement(b, config, id->measure, id->family));
  const size_t train = graph_jobs_find(b, JOB_TRAIN, id->train);
  if (train != SIZE_MAX) return train;
  const size_t modes = id->modes[0] ? modes_job(b, config, id, data) : SIZE_MAX;
  return train_job(b, config, id, cells, folder, data, modes);
}

status_code graph_data_job(arena *a, const value *config, const value *catalogue, const char *out,
                           grid_job *made, failure *err) {
  graph alone = {0};
  graph_builder b;
  graph_jobs_begin(&b, a, catalogue, out, &alone);
  identity id = {.data = ""};
  status_code status = identity_of_data(config, catalogue, id.data, err);
  if (status != STATUS_OK) return status;
  const size_t added = graph_jobs_data(&b, config, &id);
  *made = alone.jobs[added];
  return STATUS_OK;
}
