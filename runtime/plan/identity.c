#include "plan/identity.h"

#include "base/blake2b.h"
#include "base/json.h"
#include "host/catalogue.h"
#include "job/settings.h"

#include <string.h>

typedef struct naming {
  arena memory;
  const value *catalogue;
  failure *err;
} naming;

/* The part of a resolved run that an identity stands for. */
typedef struct essence {
  value *map, *revisions; /* of the plugins used, "kind/name" -> number */
} essence;

static status_code reduce_plugin(naming *n, hifm_kind kind, const value *plugin, value *revisions,
                                 const value **out);

/* `unset` is the declared default, absent where the setting must be given. */
static bool is_default(const value *setting, const value *unset) {
  if (!unset) return false;
  if (setting->type == VALUE_MAP) /* a plugin: the default one with all its defaults */
    return setting->count == 1 && unset->type == VALUE_TEXT &&
           strcmp(value_get_text(setting, PARAMS_NAME, ""), unset->text) == 0;
  return value_equal(setting, unset);
}

/* The settings that differ from their defaults, plus those that have none; plugins within likewise.
 * `left_out` (NULL-ended) are not looked at. */
static status_code reduce(naming *n, const value *description, const value *settings,
                          const char *const *left_out, value *revisions, value *out) {
  for (size_t i = 0; i < description->count; i++) {
    const value *entry = description->items[i], *setting;
    const char *name = value_get_text(entry, "name", "");
    bool skip = false;
    for (const char *const *word = left_out; word && *word; word++)
      skip = skip || strcmp(*word, name) == 0;
    setting = value_get(settings, name);
    if (skip || !setting) continue;
    if (strcmp(value_get_text(entry, "type", ""), "ref") == 0) {
      hifm_kind kind = params_kind(value_get_text(entry, "kind", ""));
      status_code status = reduce_plugin(n, kind, setting, revisions, &setting);
      if (status) return status;
    }
    if (!is_default(setting, value_get(entry, "default")))
      value_put(&n->memory, out, name, setting);
  }
  return STATUS_OK;
}

static status_code reduce_plugin(naming *n, hifm_kind kind, const value *plugin, value *revisions,
                                 const value **out) {
  const value *entry;
  const char *name = value_get_text(plugin, PARAMS_NAME, "");
  status_code status = catalogue_find(&n->memory, n->catalogue, kind, name, &entry, n->err);
  if (status) return status;
  value *reduced = value_new(&n->memory, VALUE_MAP);
  value_put_text(&n->memory, reduced, PARAMS_NAME, name);
  value_put_number(&n->memory, revisions,
                   arena_format(&n->memory, "%s/%s", params_kind_text(kind), name),
                   value_get_number(entry, "revision", 0));
  *out = reduced;
  return reduce(n, value_get(entry, "params"), plugin, NULL, revisions, reduced);
}

static status_code reduce_section(naming *n, const hifm_param *params, const value *settings,
                                  const char *const *left_out, value *revisions,
                                  const value **out) {
  value *reduced = value_new(&n->memory, VALUE_MAP);
  const char *name = value_get_text(settings, PARAMS_NAME, NULL);
  if (name) value_put_text(&n->memory, reduced, PARAMS_NAME, name);
  *out = reduced;
  return reduce(n, params_describe(&n->memory, params), settings, left_out, revisions, reduced);
}

/* Wherever its files lie. */
static status_code reduce_dataset(naming *n, const hifm_param *params, const value *dataset,
                                  const char *const *left_out, value *revisions,
                                  const value **out) {
  value *kept = value_new(&n->memory, VALUE_MAP);
  for (size_t i = 0; i < dataset->count; i++)
    if (!settings_is_place(dataset->keys[i]))
      value_put(&n->memory, kept, dataset->keys[i], dataset->items[i]);
  return reduce_section(n, params, kept, left_out, revisions, out);
}

static essence begin(naming *n) {
  essence e = {value_new(&n->memory, VALUE_MAP), value_new(&n->memory, VALUE_MAP)};
  value_put(&n->memory, e.map, "revisions", e.revisions);
  return e;
}

static void end(naming *n, const essence *e, char hex[33]) {
  const char *text = json_text(&n->memory, e->map);
  blake2b_hex(text, strlen(text), hex);
}

static status_code name_data(naming *n, const value *config, char hex[33]) {
  static const char *const left_out[] = {"train", "test", "range", "dequantise", NULL};
  const value *dataset = value_get(config, "dataset"), *reduced;
  const hifm_param *params = settings_dataset(value_get_text(dataset, PARAMS_NAME, ""));
  essence e = begin(n);
  status_code status = reduce_dataset(n, params, dataset, left_out, e.revisions, &reduced);
  if (status) return status;
  value_put(&n->memory, e.map, "dataset", reduced);
  end(n, &e, hex);
  return STATUS_OK;
}

/* The bytes of images are one data set, however their pixels are then turned into numbers. */
static status_code put_pixels(naming *n, const value *config, const essence *e) {
  static const char *const left_out[] = {"train",        "test", "train_content",
                                         "test_content", "seed", NULL};
  const value *dataset = value_get(config, "dataset"), *reduced;
  if (strcmp(value_get_text(dataset, PARAMS_NAME, ""), "images") != 0) return STATUS_OK;
  status_code status = reduce_dataset(n, images_params, dataset, left_out, e->revisions, &reduced);
  if (!status && reduced->count > 1) value_put(&n->memory, e->map, "pixels", reduced);
  return status;
}

static status_code name_modes(naming *n, const value *config, const char *data, char hex[33]) {
  const value *stages = value_get(value_get(config, "flow"), "stages"), *energy, *reduced;
  hex[0] = 0;
  if (!stages || stages->count == 0) return STATUS_OK;
  status_code status =
      catalogue_energy_of(&n->memory, n->catalogue, stages->items[0], &energy, n->err);
  if (status != STATUS_OK || !energy) return status;
  essence e = begin(n);
  status = reduce_plugin(n, HIFM_ENERGY, energy, e.revisions, &reduced);
  if (!status) status = put_pixels(n, config, &e);
  if (status) return status;
  value_put_text(&n->memory, e.map, "data", data);
  value_put(&n->memory, e.map, "train", value_get(value_get(config, "dataset"), "train"));
  value_put(&n->memory, e.map, "energy", reduced);
  end(n, &e, hex);
  return STATUS_OK;
}

static status_code reduce_flow(naming *n, const value *flow, value *revisions, const value **out) {
  const value *settings, *stages = value_get(flow, "stages");
  value *list = value_new(&n->memory, VALUE_LIST);
  status_code status = reduce_section(n, flow_params, flow, NULL, revisions, &settings);
  for (size_t i = 0; i < stages->count && !status; i++) {
    const value *stage = NULL;
    status = reduce_plugin(n, HIFM_FLOW, stages->items[i], revisions, &stage);
    if (!status) value_push(&n->memory, list, stage);
  }
  value *reduced = value_copy(&n->memory, settings);
  value_put(&n->memory, reduced, "stages", list);
  *out = reduced;
  return status;
}

static status_code name_train(naming *n, const value *config, const char *data, char hex[33]) {
  const value *network = NULL, *optimizer = NULL, *train = NULL, *flow = NULL;
  arena *a = &n->memory;
  essence e = begin(n);
  status_code status =
      reduce_plugin(n, HIFM_NETWORK, value_get(config, "network"), e.revisions, &network);
  if (!status)
    status = reduce_section(n, optimizer_params, value_get(config, "optimizer"), NULL, e.revisions,
                            &optimizer);
  if (!status)
    status = reduce_section(n, train_params, value_get(config, "train"), NULL, e.revisions, &train);
  if (!status) status = reduce_flow(n, value_get(config, "flow"), e.revisions, &flow);
  if (!status) status = put_pixels(n, config, &e);
  if (status) return status;
  value_put_text(a, e.map, "data", data);
  value_put(a, e.map, "points", value_get(value_get(config, "dataset"), "train"));
  value_put(a, e.map, "network", network);
  value_put(a, e.map, "optimizer", optimizer);
  value_put(a, e.map, "train", train);
  value_put(a, e.map, "flow", flow);
  value_put(a, e.map, "seed", value_get(config, "seed"));
  end(n, &e, hex);
  return STATUS_OK;
}

static status_code name_measure(naming *n, const value *config, const char *train, char hex[33]) {
  const value *measure;
  essence e = begin(n);
  status_code status =
      reduce_section(n, measure_params, value_get(config, "measure"), NULL, e.revisions, &measure);
  if (status) return status;
  value_put_text(&n->memory, e.map, "train", train);
  value_put(&n->memory, e.map, "points", value_get(value_get(config, "dataset"), "test"));
  value_put(&n->memory, e.map, "measure", measure);
  end(n, &e, hex);
  return STATUS_OK;
}

status_code identity_of(const value *config, const value *catalogue, identity *out, failure *err) {
  naming n = {.catalogue = catalogue, .err = err};
  status_code status = name_data(&n, config, out->data);
  if (!status) status = name_modes(&n, config, out->data, out->modes);
  if (!status) status = name_train(&n, config, out->data, out->train);
  if (!status) status = name_measure(&n, config, out->train, out->measure);
  arena_close(&n.memory);
  return status;
}

status_code identity_of_data(const value *config, const value *catalogue, char hex[33],
                             failure *err) {
  naming n = {.catalogue = catalogue, .err = err};
  status_code status = name_data(&n, config, hex);
  arena_close(&n.memory);
  return status;
}

const char *identity_slug(arena *a, const value *config) {
  enum { LONGEST = 40, STAGE_LETTERS = 4 };
  const value *stages = value_get(value_get(config, "flow"), "stages");
  char *slug = arena_format(a, "%s-%s", value_get_text(value_get(config, "dataset"), "label", ""),
                            value_get_text(value_get(config, "network"), PARAMS_NAME, ""));
  for (size_t i = 0; stages && i < stages->count; i++)
    slug = arena_format(a, "%s-%.*s", slug, i ? (int)STAGE_LETTERS : (int)LONGEST,
                        value_get_text(stages->items[i], PARAMS_NAME, ""));
  if (strlen(slug) > LONGEST) slug[LONGEST] = 0;
  for (char *c = slug; *c; c++) {
    if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", *c)) *c = '-';
  }
  return slug;
}
