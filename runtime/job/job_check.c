#include "job/job_check.h"

#include "base/text.h"
#include "base/threads.h"
#include "host/params.h"
#include "host/plugins.h"
#include "job/settings.h"

#include <math.h>
#include <string.h>

typedef struct checking {
  arena *memory;
  const char *path;
  failure *err;
} checking;

/* ---- single keys ----------------------------------------------------------------------------- */

typedef struct number_rule {
  const char *key;
  double low, high;
  bool whole;
} number_rule;

static status_code check_number(const checking *c, const value *map, const number_rule *rule) {
  const value *item = value_get(map, rule->key);
  if (!item) return STATUS_OK; /* its default is used */
  const bool fits = item->type == VALUE_NUMBER && item->number >= rule->low &&
                    item->number <= rule->high &&
                    (!rule->whole || item->number == floor(item->number));
  if (fits) return STATUS_OK;
  return failure_set(c->err, STATUS_BAD_INPUT, "%s: \"%s\" is not a %snumber from %g to %g",
                     c->path, rule->key, rule->whole ? "whole " : "", rule->low, rule->high);
}

static status_code check_type(const checking *c, const value *map, const char *key, value_type type,
                              const char *words) {
  const value *item = value_get(map, key);
  if (!item || item->type == type) return STATUS_OK;
  return failure_set(c->err, STATUS_BAD_INPUT, "%s: \"%s\" is not %s", c->path, key, words);
}

static status_code check_head(const checking *c, const value *file) {
  static const number_rule NUMBERS[] = {{"checkpoint_seconds", 1e-9, 1e9, false},
                                        {"attempt", 1, 1e9, true},
                                        {"threads", 1, THREADS_MOST, true}};
  static const char *const TEXTS[] = {"data", "modes", "measure_id", "stem"};
  status_code status = STATUS_OK;
  for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS && status == STATUS_OK; i++)
    status = check_number(c, file, &NUMBERS[i]);
  for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS && status == STATUS_OK; i++)
    status = check_type(c, file, TEXTS[i], VALUE_TEXT, "a text");
  return status;
}

/* Of sample and evaluate jobs. */
static status_code check_request(const checking *c, job_kind kind, const value *request) {
  static const number_rule NUMBERS[] = {{"count", 1, 1e9, true}, {"seed", 0, 4294967295.0, true}};
  static const char *const TEXTS[] = {"run", "weights", "file", "density", "out"};
  if (request->type != VALUE_MAP)
    return failure_set(c->err, STATUS_BAD_INPUT, "%s: \"%s\" is not a table", c->path,
                       job_kind_word(kind));
  status_code status = check_type(c, request, "strip", VALUE_BOOL, "true or false");
  for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS && status == STATUS_OK; i++)
    status = check_number(c, request, &NUMBERS[i]);
  for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS && status == STATUS_OK; i++)
    status = check_type(c, request, TEXTS[i], VALUE_TEXT, "a text");
  return status;
}

/* ---- sections -------------------------------------------------------------------------------- */

/* The settings that are declared now. */
static const value *known_settings(arena *a, const hifm_param *params, const value *section) {
  value *known = value_new(a, VALUE_MAP);
  for (const hifm_param *p = params; p->name; p++) {
    const value *setting = value_get(section, p->name);
    if (setting) value_put(a, known, p->name, setting);
  }
  return known;
}

/* A plugin that is not found is not a mistake of the job file. */
static const hifm_param *find_plugin(void *context, hifm_kind kind, const char *name,
                                     failure *err) {
  const hifm_param *params = plugins_lookup.find(plugins_lookup.context, kind, name, err);
  *(bool *)context |= !params;
  return params;
}

static status_code check_section(const checking *c, const hifm_param *params, const value *section,
                                 const char *name) {
  const value *checked;
  failure why = {.message = ""};
  if (!section || section->type != VALUE_MAP)
    return failure_set(c->err, STATUS_BAD_INPUT, "%s: \"%s\" is not a table", c->path, name);
  const value *known = known_settings(c->memory, params, section);
  bool lacks_plugin = false;
  const params_lookup lookup = {.find = find_plugin, .context = &lacks_plugin};
  const status_code status =
      params_check(c->memory, params, known, name, &lookup, NULL, &checked, &why);
  if (status == STATUS_OK) return STATUS_OK;
  return failure_set(c->err, lacks_plugin ? status : STATUS_BAD_INPUT, "%s: %.400s", c->path,
                     why.message);
}

/* Points are plain or of particles, never both. */
static status_code check_points(const checking *c, const value *dataset) {
  const bool plain = value_get_number(dataset, "dimensions", 0) > 0;
  if (!plain || value_get_number(dataset, "particles", 0) == 0) return STATUS_OK;
  return failure_set(c->err, STATUS_BAD_INPUT,
                     "%s: dataset: both \"particles\" and \"dimensions\"; a point has one of them",
                     c->path);
}

static status_code check_dataset(const checking *c, const value *dataset) {
  const char *kind = value_get_text(dataset, PARAMS_NAME, "mcmc");
  const hifm_param *params = settings_dataset(kind);
  if (!params)
    return failure_set(c->err, STATUS_BAD_INPUT,
                       "%s: unknown kind of data set \"%s\"; available: mcmc, file, images",
                       c->path, kind);
  status_code status = check_section(c, params, dataset, "dataset");
  return status == STATUS_OK ? check_points(c, dataset) : status;
}

/* Exactly one of epochs and steps, and no more points in a batch than there are. */
static status_code check_train(const checking *c, const value *config) {
  const value *train = value_get(config, "train");
  const bool epochs = value_get_number(train, "epochs", 0) > 0;
  const bool steps = value_get_number(train, "steps", 0) > 0;
  if (epochs == steps)
    return failure_set(c->err, STATUS_BAD_INPUT,
                       "%s: train: one of \"epochs\" and \"steps\" must be given", c->path);
  const double points = value_get_number(value_get(config, "dataset"), "train", 0);
  if (value_get_number(train, "batch", 0) <= points) return STATUS_OK;
  return failure_set(c->err, STATUS_BAD_INPUT,
                     "%s: train.batch is more than the %.0f training points (dataset.train)",
                     c->path, points);
}

static status_code check_stages(const checking *c, const value *flow) {
  const value *stages = value_get(flow, "stages");
  if (stages && stages->type == VALUE_LIST && stages->count > 0) return STATUS_OK;
  return failure_set(c->err, STATUS_BAD_INPUT, "%s: \"flow.stages\" is not a list of stages",
                     c->path);
}

/* The config of jobs about a run. */
static status_code check_run(const checking *c, const value *config) {
  static const number_rule SEED = {"seed", 0, 4294967295.0, true};
  status_code status = check_dataset(c, value_get(config, "dataset"));
  for (size_t i = 0; i < SETTINGS_SECTIONS && status == STATUS_OK; i++) {
    const settings_section *it = &settings_sections[i];
    status = check_section(c, it->params, value_get(config, it->name), it->name);
  }
  if (status == STATUS_OK) status = check_number(c, config, &SEED);
  if (status == STATUS_OK) status = check_train(c, config);
  return status == STATUS_OK ? check_stages(c, value_get(config, "flow")) : status;
}

status_code job_check(arena *a, const char *path, const job *work, const value *file,
                      failure *err) {
  const checking c = {a, path, err};
  status_code status = check_head(&c, file);
  if (status != STATUS_OK) return status;
  if (work->kind == JOB_DATA) return check_dataset(&c, work->config);
  if (work->kind == JOB_MODES) return check_dataset(&c, value_get(work->config, "dataset"));
  if (work->request) status = check_request(&c, work->kind, work->request);
  return status == STATUS_OK ? check_run(&c, work->config) : status;
}
