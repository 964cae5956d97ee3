#include "grid/trial.h"

#include "base/key_map.h"
#include "grid/same_paths.h"
#include "host/child.h"
#include "host/params.h"
#include "job/dataset.h"
#include "job/own_points.h"
#include "job/trial_bind.h"

#include <stdlib.h>
#include <string.h>

/* All that the child is to bind. */
typedef struct trials {
  arena *memory;
  const graph *g;
  trial_facts *facts;
  size_t *networks; /* [jobs] place in items; SIZE_MAX: none */
  trial_bind *items;
  size_t count, room;
  key_map known;
  key_map domains; /* data set of a job -> its data job */
  failure *err;
} trials;

/* ---- what there is to bind ------------------------------------------------------------------- */

/* Rows share their sections, so a section's address says which one it is. *place: of its item,
 * where it has one. */
static bool is_new_at(trials *t, const char *what, const value *section, size_t data,
                      size_t *place) {
  const struct {
    const char *what;
    const value *section;
    size_t data;
  } key = {what, section, data};
  *place = key_map_get(&t->known, &key, sizeof key);
  if (*place != KEY_MAP_ABSENT) return false;
  *place = t->count;
  key_map_put(&t->known, &key, sizeof key, *place);
  return true;
}

static bool is_new(trials *t, const char *what, const value *section, size_t data) {
  size_t place;
  return is_new_at(t, what, section, data, &place);
}

static void add(trials *t, trial_bind item) {
  if (t->count == t->room) {
    t->room = t->room ? 2 * t->room : 64;
    trial_bind *wider = arena_get(t->memory, t->room * sizeof *wider);
    if (t->count) memcpy(wider, t->items, t->count * sizeof *wider);
    t->items = wider;
  }
  t->items[t->count++] = item;
}

static status_code look_at_data(trials *t, size_t index) {
  const grid_job *it = &t->g->jobs[index];
  const value *config = value_get(it->file, "config"), *energy = value_get(config, "energy");
  const bool done = job_is_done(it->result_path, it->id);
  dataset_preview *data = &t->facts->data[index];
  failure why;
  *data = (dataset_preview){.train = SIZE_MAX, .test = SIZE_MAX};
  if (it->skip) return STATUS_OK; /* it failed before: nothing that needs it is tried */
  status_code status = dataset_preview_make(config, done ? it->folder : NULL, data, &why);
  if (status != STATUS_OK)
    return failure_set(t->err, status, "%s%s",
                       strncmp(why.message, "dataset", 7) == 0 ? "" : "dataset: ", why.message);
  if (energy && !done)
    add(t, (trial_bind){.kind = TRIAL_SAMPLED_ENERGY,
                        .config = energy,
                        .where = "dataset.energy",
                        .domain = &data->domain});
  return STATUS_OK;
}

static status_code check_points(trials *t, const char *audit, const value *asked, const char *name,
                                size_t points) {
  failure why;
  const status_code status = dataset_has(asked, name, points, &why);
  if (status == STATUS_OK) return STATUS_OK;
  return failure_set(t->err, STATUS_BAD_CONFIG, "%s%s", audit, why.message);
}

static status_code check_split(trials *t, const char *audit, const value *asked,
                               const dataset_preview *points) {
  failure why;
  const status_code status = dataset_check_split(asked, points->train, points->test, &why);
  if (status == STATUS_OK) return STATUS_OK;
  return failure_set(t->err, STATUS_BAD_CONFIG, "%s%s", audit, why.message);
}

static status_code check_own_points(trials *t, const char *audit, const value *asked,
                                    const dataset_preview *points) {
  failure why;
  if (!points->domain.d) return STATUS_OK; /* it is not known yet */
  const status_code status = own_points_check(asked, &points->domain, &why);
  return status == STATUS_OK ? STATUS_OK : failure_set(t->err, status, "%s%s", audit, why.message);
}

static status_code look_at_measurement(trials *t, const char *path, const value *config,
                                       size_t data) {
  const value *asked = value_get(config, "dataset"), *measure = value_get(config, "measure");
  const dataset_preview *points = &t->facts->data[data];
  if (is_new(t, "solver", measure, data))
    add(t, (trial_bind){.kind = TRIAL_SOLVER,
                        .config = value_get(measure, "solver"),
                        .where = arena_format(t->memory, "%smeasure.solver", path),
                        .domain = &points->domain,
                        .attempts = (uint64_t)value_get_number(measure, "max_attempts", 0)});
  const value *energy = value_get(asked, "energy");
  if (energy && value_get_number(measure, "samples", 0) > 0 && is_new(t, "energy", energy, data))
    add(t, (trial_bind){.kind = TRIAL_SAMPLED_ENERGY,
                        .config = energy,
                        .where = "dataset.energy",
                        .domain = &points->domain});
  if (!is_new(t, "test", asked, data)) return STATUS_OK;
  status_code status = check_points(t, path, asked, "test", points->test);
  if (status == STATUS_OK) status = check_split(t, path, asked, points);
  return status == STATUS_OK ? check_own_points(t, path, asked, points) : status;
}

static status_code look_at_measurements(trials *t, const grid_job *it, size_t data) {
  const value *list = value_get(it->file, "measurements");
  const char *path = it->audit ? arena_format(t->memory, "audits.%s.", it->audit) : "";
  status_code status = STATUS_OK;
  for (size_t i = 0; list && i < list->count && status == STATUS_OK; i++)
    status = look_at_measurement(t, path, value_get(list->items[i], "config"), data);
  return status;
}

/* A train or measure job. */
static status_code look_at_run(trials *t, size_t index) {
  const grid_job *it = &t->g->jobs[index];
  const size_t data = it->needs[0];
  const value *config = value_get(it->file, "config"), *flow = value_get(config, "flow");
  const value *asked = value_get(config, "dataset"), *network = value_get(config, "network");
  const dataset_preview *points = &t->facts->data[data];
  const bool vz = strcmp(value_get_text(flow, "scheme", ""), "infinite") == 0;
  if (is_new_at(t, vz ? "network and v_z" : "network", network, data, &t->networks[index]))
    add(t, (trial_bind){.kind = TRIAL_NETWORK,
                        .config = network,
                        .where = "network",
                        .domain = &points->domain,
                        .vz = vz});
  if (is_new(t, "flow", flow, data))
    add(t, (trial_bind){.kind = TRIAL_FLOW,
                        .config = value_get(flow, "stages"),
                        .where = "flow",
                        .domain = &points->domain});
  key_map_put(&t->domains, &asked, sizeof(asked), data);
  status_code status = STATUS_OK;
  if (is_new(t, "train", asked, data)) status = check_points(t, "", asked, "train", points->train);
  return status == STATUS_OK ? look_at_measurements(t, it, data) : status;
}

static status_code collect(trials *t) {
  status_code status = STATUS_OK;
  for (size_t i = 0; i < t->g->job_count && status == STATUS_OK; i++) {
    const grid_job *it = &t->g->jobs[i];
    t->networks[i] = SIZE_MAX;
    if (it->kind == JOB_DATA) status = look_at_data(t, i);
    if (it->skip) continue;
    if (it->kind == JOB_TRAIN || it->kind == JOB_MEASURE) status = look_at_run(t, i);
  }
  return status;
}

/* ---- binding it ------------------------------------------------------------------------------ */

/* In the child: "0 1 2 " for what was begun, then "!78 message" of the first failure, or ";" and
 * the weights of each network (0 for other items). */
static void bind_all(void *context, int fd) {
  const trials *t = context;
  char text[sizeof(failure) + 32];
  size_t *weights = arena_get(t->memory, (t->count + 1) * sizeof *weights);
  for (size_t i = 0; i < t->count; i++) {
    failure why = {.message = ""};
    snprintf(text, sizeof text, "%zu ", i);
    child_write(fd, text);
    if (!t->items[i].domain->d) continue; /* it is not known yet */
    const status_code status = trial_bind_run(&t->items[i], &weights[i], &why);
    if (status == STATUS_OK) continue;
    snprintf(text, sizeof text, "!%d %s", (int)status, why.message);
    child_write(fd, text);
    return;
  }
  child_write(fd, ";");
  for (size_t i = 0; i < t->count; i++) {
    snprintf(text, sizeof text, "%zu ", weights[i]);
    child_write(fd, text);
  }
}

/* numbers: of all items, as bind_all writes them. */
static void take_weights(trials *t, const char *numbers) {
  size_t *weights = arena_get(t->memory, (t->count + 1) * sizeof *weights);
  for (size_t i = 0; i < t->count; i++) {
    char *end;
    weights[i] = strtoul(numbers, &end, 10);
    numbers = end;
  }
  for (size_t i = 0; i < t->g->job_count; i++)
    if (t->networks[i] != SIZE_MAX) t->facts->weights[i] = weights[t->networks[i]];
}

static status_code explain_crash(const trials *t, const char *answer, const failure *why) {
  const char *ending = why->message;
  const char *last = strrchr(answer, ' ');
  while (last && last > answer && last[-1] != ' ') last--;
  const size_t begun = last ? strtoul(last, NULL, 10) : t->count;
  if (begun >= t->count)
    return failure_set(t->err, why->status, "the process that binds plugins %s", ending);
  const trial_bind *item = &t->items[begun];
  return failure_set(t->err, STATUS_BAD_CONFIG, "%s: %s %s with these settings", item->where,
                     trial_bind_names(t->memory, item), ending);
}

static status_code bind_in_child(trials *t) {
  enum { SECONDS = 60 };
  char *answer;
  size_t length;
  failure ending;
  if (t->count == 0) return STATUS_OK;
  status_code status =
      child_run(bind_all, t, SECONDS + (unsigned)t->count, &answer, &length, &ending);
  const char *refusal = strchr(answer, '!'), *numbers = strchr(answer, ';');
  char *message;
  if (refusal) {
    status = (status_code)strtol(refusal + 1, &message, 10);
    failure_set(t->err, status, "%s", message + 1);
  } else if (status != STATUS_OK) {
    status = explain_crash(t, answer, &ending);
  } else if (numbers) {
    take_weights(t, numbers + 1);
  }
  free(answer);
  return status;
}

/* Of a data set that a job to be done needs. */
static const hifm_domain *domain_of(void *context, const value *asked) {
  trials *t = context;
  const size_t at = key_map_get(&t->domains, &asked, sizeof(asked));
  return at == KEY_MAP_ABSENT || !t->facts->data[at].domain.d ? NULL : &t->facts->data[at].domain;
}

status_code trial_run(arena *a, const graph *g, trial_facts *facts, failure *err) {
  arena memory = {0};
  trials t = {.memory = &memory, .g = g, .facts = facts, .err = err};
  t.known = key_map_new(&memory);
  t.networks = arena_get(&memory, (g->job_count + 1) * sizeof *t.networks);
  facts->data = arena_get(a, (g->job_count + 1) * sizeof *facts->data);
  facts->weights = arena_get(a, (g->job_count + 1) * sizeof *facts->weights);
  facts->notes = value_new(a, VALUE_LIST);
  t.domains = key_map_new(&memory);
  status_code status = collect(&t);
  if (status == STATUS_OK) status = bind_in_child(&t);
  if (status == STATUS_OK) same_paths_note(g, domain_of, &t, a, facts->notes);
  arena_close(&memory);
  return status;
}
