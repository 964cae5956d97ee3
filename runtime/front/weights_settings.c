#include "front/weights_settings.h"

#include "base/text.h"
#include "host/catalogue.h"
#include "host/params.h"
#include "job/settings.h"
#include "plan/overrides.h"
#include "plan/sets.h"

#include <math.h>
#include <string.h>

/* ---- what may be set ------------------------------------------------------------------------- */

static bool is_allowed(const weights_job *it, const char *path) {
  for (const char *const *known = it->allowed; *known; known++) {
    const size_t length = strlen(*known);
    if (strncmp(path, *known, length) == 0 && (!path[length] || path[length] == '.')) return true;
  }
  return false;
}

static bool is_of_measure(const char *path) {
  const char *name = path + strcspn(path, ".");
  for (const hifm_param *p = measure_params; *name == '.' && p->name; p++)
    if (strcmp(p->name, name + 1) == 0) return true;
  return false;
}

static status_code refuse(arena *a, const weights_job *it, const char *path, failure *err) {
  const size_t section = schema_section_of(path);
  const char *name = job_kind_word(it->kind);
  size_t count = 0;
  while (it->allowed[count]) count++;
  const char *takes = text_list(a, it->allowed, count);
  if (section == SECTIONS || (section == SECTION_MEASURE && !is_of_measure(path)))
    return failure_set(err, STATUS_BAD_CONFIG, "%s: unknown setting%s", path,
                       text_choices(a, path, it->allowed, count));
  if (section == SECTION_MEASURE || section == SECTION_DATASET)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: is not used by hifm %s, which takes %s", path,
                       name, takes);
  return failure_set(err, STATUS_BAD_CONFIG,
                     "%s: the weights are trained, and cannot be changed; hifm %s takes %s", path,
                     name, takes);
}

static status_code check(arena *a, const weights_job *it, const set_option *set, failure *err) {
  if (!is_allowed(it, set->path)) return refuse(a, it, set->path, err);
  if (set->item->type != VALUE_GRID) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "%s: one value is used here, not several%s%s",
                     set->path, set->decimal ? "; a decimal number has a point: " : "",
                     set->decimal ? set->decimal : "");
}

/* ---- putting it ------------------------------------------------------------------------------ */

/* A resolved section as a script declares it: the name of a plugin is a list of one. */
static const value *declare(arena *a, const value *resolved) {
  if (!resolved || resolved->type != VALUE_MAP) return resolved;
  value *declared = value_copy(a, resolved);
  for (size_t i = 0; i < declared->count; i++) declared->items[i] = declare(a, declared->items[i]);
  const value *name = value_get(declared, PARAMS_NAME);
  if (!name) return declared;
  value *list = value_new(a, VALUE_LIST);
  value_push(a, list, name);
  value_put(a, declared, PARAMS_NAME, list);
  return declared;
}

/* How many test points. */
static status_code put_test(arena *a, const set_option *set, value *config, failure *err) {
  const value *n = set->item;
  if (n->type != VALUE_NUMBER || n->number < 1 || n->number != floor(n->number))
    return failure_set(err, STATUS_BAD_CONFIG, "%s: must be a whole number from 1 on", set->path);
  value *dataset = value_copy(a, value_get(config, "dataset"));
  value_put(a, dataset, "test", n);
  value_put(a, config, "dataset", dataset);
  return STATUS_OK;
}

/* The energy of points of a file: it trains nothing. */
static status_code put_energy(arena *a, const set_option *set, value *config, failure *err) {
  schema s;
  const value *resolved, *old = value_get(config, "dataset");
  value *sections = value_new(a, VALUE_MAP), *declared = value_new(a, VALUE_MAP);
  const char *kind = value_get_text(old, PARAMS_NAME, "");
  if (strcmp(kind, "file") != 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: is for points of a file, but the data set of this run is of the kind "
                       "%s",
                       set->path, kind);
  value_put_text(a, declared, PARAMS_NAME, kind);
  if (value_get(old, "energy")) value_put(a, declared, "energy", value_get(old, "energy"));
  value_put(a, sections, "dataset", declare(a, declared));
  const value *changed = sections;
  schema_open(&s, a, catalogue_collect(a), (recipes){.memory = a});
  status_code status = overrides_path(&s, &changed, set->path, set->item, NULL, err);
  if (status == STATUS_OK)
    status =
        schema_resolve_plugin(&s, HIFM_ENERGY, "dataset.energy",
                              value_get(value_get(changed, "dataset"), "energy"), &resolved, err);
  if (status != STATUS_OK) return status;
  value *dataset = value_copy(a, old);
  value_put(a, dataset, "energy", resolved);
  value_put(a, config, "dataset", dataset);
  return STATUS_OK;
}

/* All of `measure`, resolved as in a script. */
static status_code put_measure(arena *a, const set_options *sets, value *config, failure *err) {
  schema s;
  const value *resolved;
  value *sections = value_new(a, VALUE_MAP);
  schema_open(&s, a, catalogue_collect(a), (recipes){.memory = a});
  value_put(a, sections, "measure", declare(a, value_get(config, "measure")));
  const value *changed = sections;
  status_code status = STATUS_OK;
  for (size_t i = 0; i < sets->count && status == STATUS_OK; i++)
    if (schema_section_of(sets->items[i].path) == SECTION_MEASURE)
      status = overrides_path(&s, &changed, sets->items[i].path, sets->items[i].item, NULL, err);
  if (status == STATUS_OK)
    status = schema_resolve(&s, SECTION_MEASURE, value_get(changed, "measure"), &resolved, err);
  if (status == STATUS_OK) value_put(a, config, "measure", resolved);
  return status;
}

static status_code apply(arena *a, const weights_job *it, const set_options *sets, value *config,
                         failure *err) {
  bool measure = false;
  for (size_t i = 0; i < sets->count; i++) {
    const set_option *set = &sets->items[i];
    status_code status = check(a, it, set, err);
    const bool of_measure = schema_section_of(set->path) == SECTION_MEASURE;
    const bool test = strcmp(set->path, "dataset.test") == 0;
    if (status == STATUS_OK && !of_measure)
      status = (test ? put_test : put_energy)(a, set, config, err);
    if (status != STATUS_OK) return status;
    measure = measure || of_measure;
  }
  return measure ? put_measure(a, sets, config, err) : STATUS_OK;
}

status_code weights_settings_apply(arena *a, const weights_job *it, const option_list *sets,
                                   const value **config, failure *err) {
  const plan_request request = {.sets = sets->items, .set_count = sets->count};
  set_options read;
  if (sets->count == 0) return STATUS_OK;
  status_code status = sets_read(a, &request, &read, err);
  if (status != STATUS_OK) return status;
  value *changed = value_copy(a, *config);
  status = apply(a, it, &read, changed, err);
  if (status != STATUS_OK) sets_explain(&request, err);
  *config = changed;
  return status;
}
