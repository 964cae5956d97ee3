#include "plan/identity.h"

#include "base/blake2b.h"
#include "base/json.h"
#include "host/catalogue.h"
#include "job/settings.h"

#include <string.h>

/* Makes the ids of one run. */
typedef struct builder {
  arena memory;
  const value *catalogue;
  failure *err;
} builder;

/* What one id is the hash of. */
typedef struct content {
  value *map;
  value *revisions; /* in map: of the plugins used, "kind/name" -> number */
} content;

static content begin(builder *b) {
  content c = {value_new(&b->memory, VALUE_MAP), value_new(&b->memory, VALUE_MAP)};
  value_put(&b->memory, c.map, "revisions", c.revisions);
  return c;
}

static void end(builder *b, const content *c, char hex[33]) {
  const char *text = json_text(&b->memory, c->map);
  blake2b_hex(text, strlen(text), hex);
}

/* ---- settings without their defaults ---- */

static status_code reduce_plugin(builder *b, hifm_kind kind, const value *plugin, value *revisions,
                                 const value **out);

static bool is_among(const char *word, const char *const *list) {
  for (; list && *list; list++)
    if (strcmp(*list, word) == 0) return true;
  return false;
}

/* Adds to `out` the settings that differ from their defaults, plus those that have none; in plugins
 * within them too. `left_out` (NULL-ended) are skipped. */
static status_code reduce(builder *b, const hifm_param *params, const value *settings,
                          const char *const *left_out, value *revisions, value *out) {
  for (const hifm_param *p = params; p && p->name; p++) {
    const value *setting = value_get(settings, p->name);
    if (!setting || is_among(p->name, left_out)) continue;
    if (p->type == HIFM_REF) {
      status_code status = reduce_plugin(b, p->kind, setting, revisions, &setting);
      if (status != STATUS_OK) return status;
    }
    if (p->type == HIFM_FILE) setting = value_get(setting, PARAMS_CONTENT);
    if (!params_is_default(&b->memory, p, setting)) value_put(&b->memory, out, p->name, setting);
  }
  return STATUS_OK;
}

static status_code reduce_plugin(builder *b, hifm_kind kind, const value *plugin, value *revisions,
                                 const value **out) {
  arena *a = &b->memory;
  const value *entry;
  const char *name = value_get_text(plugin, PARAMS_NAME, "");
  status_code status = catalogue_find(a, b->catalogue, kind, name, &entry, b->err);
  if (status != STATUS_OK) return status;
  value *reduced = value_new(a, VALUE_MAP);
  value_put_text(a, reduced, PARAMS_NAME, name);
  value_put_number(a, revisions, arena_format(a, "%s/%s", params_kind_text(kind), name),
                   value_get_number(entry, "revision", 0));
  *out = reduced;
  return reduce(b, params_from_description(a, value_get(entry, "params")), plugin, NULL, revisions,
                reduced);
}

/* A section of the runtime's own settings. */
static status_code reduce_section(builder *b, const hifm_param *params, const value *settings,
                                  const char *const *left_out, value *revisions,
                                  const value **out) {
  value *reduced = value_new(&b->memory, VALUE_MAP);
  const char *name = value_get_text(settings, PARAMS_NAME, NULL);
  if (name) value_put_text(&b->memory, reduced, PARAMS_NAME, name);
  *out = reduced;
  return reduce(b, params, settings, left_out, revisions, reduced);
}

/* The content of its files counts, not where they are. */
static status_code reduce_dataset(builder *b, const hifm_param *params, const value *dataset,
                                  const char *const *left_out, value *revisions,
                                  const value **out) {
  value *kept = value_new(&b->memory, VALUE_MAP);
  for (size_t i = 0; i < dataset->count; i++)
    if (!settings_is_place(dataset->keys[i]))
      value_put(&b->memory, kept, dataset->keys[i], dataset->items[i]);
  return reduce_section(b, params, kept, left_out, revisions, out);
}

static status_code reduce_flow(builder *b, const value *flow, value *revisions, const value **out) {
  const value *settings, *stages = value_get(flow, "stages");
  value *list = value_new(&b->memory, VALUE_LIST);
  status_code status = reduce_section(b, flow_params, flow, NULL, revisions, &settings);
  for (size_t i = 0; i < stages->count && status == STATUS_OK; i++) {
    const value *stage = NULL;
    status = reduce_plugin(b, HIFM_FLOW, stages->items[i], revisions, &stage);
    if (status == STATUS_OK) value_push(&b->memory, list, stage);
  }
  value *reduced = value_copy(&b->memory, settings);
  value_put(&b->memory, reduced, "stages", list);
  *out = reduced;
  return status;
}

/* ---- the four ids ---- */

/* Settings of a data set that do not decide its points, by kind: own points and the energy of a
 * file are of a measurement. */
static const char *const *not_of_data(const char *kind) {
  static const char *const IMAGES[] = {"train", "test", "validation", "range", "dequantise", NULL};
  static const char *const POINTS[] = {"train",        "test", "validation", "validation_content",
                                       "test_content", NULL};
  static const char *const FILES[] = {"train",        "test",   "validation", "validation_content",
                                      "test_content", "energy", NULL};
  if (strcmp(kind, "images") == 0) return IMAGES;
  return strcmp(kind, "file") == 0 ? FILES : POINTS;
}

/* How repeated rows of a file are split (prepare_file.c). Raise it when that changes. */
enum { SPLIT_OF_REPEATED_ROWS = 2 };

static status_code make_data(builder *b, const value *config, char hex[33]) {
  const value *dataset = value_get(config, "dataset"), *reduced;
  const char *kind = value_get_text(dataset, PARAMS_NAME, "");
  const bool whole = strcmp(kind, "file") == 0 && settings_has_own(dataset, OWN_TEST);
  content c = begin(b);
  status_code status =
      reduce_dataset(b, settings_dataset(kind), dataset, not_of_data(kind), c.revisions, &reduced);
  if (status != STATUS_OK) return status;
  value_put(&b->memory, c.map, "dataset", reduced);
  if (whole) /* all rows are for training (prepare_file.c) */
    value_put(&b->memory, c.map, "whole", value_bool(&b->memory, true));
  else if (value_get_bool(dataset, SETTINGS_REPEATS, false))
    value_put_number(&b->memory, c.map, "split", SPLIT_OF_REPEATED_ROWS);
  end(b, &c, hex);
  return STATUS_OK;
}

/* The bytes of images are one data set, however their pixels are then turned into numbers. */
static status_code put_pixels(builder *b, const value *config, const content *c) {
  static const char *const LEFT_OUT[] = {"train",        "test", "validation", "train_content",
                                         "test_content", "seed", NULL};
  const value *dataset = value_get(config, "dataset"), *reduced;
  if (strcmp(value_get_text(dataset, PARAMS_NAME, ""), "images") != 0) return STATUS_OK;
  status_code status = reduce_dataset(b, images_params, dataset, LEFT_OUT, c->revisions, &reduced);
  if (status == STATUS_OK && reduced->count > 1) value_put(&b->memory, c->map, "pixels", reduced);
  return status;
}

static status_code make_modes(builder *b, const value *config, const char *data, char hex[33]) {
  const value *stages = value_get(value_get(config, "flow"), "stages"), *energy, *reduced;
  hex[0] = 0;
  if (!stages || stages->count == 0) return STATUS_OK;
  status_code status =
      catalogue_energy_of(&b->memory, b->catalogue, stages->items[0], &energy, b->err);
  if (status != STATUS_OK || !energy) return status;
  content c = begin(b);
  status = reduce_plugin(b, HIFM_ENERGY, energy, c.revisions, &reduced);
  if (status == STATUS_OK) status = put_pixels(b, config, &c);
  if (status != STATUS_OK) return status;
  value_put_text(&b->memory, c.map, "data", data);
  value_put(&b->memory, c.map, "train", value_get(value_get(config, "dataset"), "train"));
  value_put(&b->memory, c.map, "energy", reduced);
  end(b, &c, hex);
  return STATUS_OK;
}

/* How many points are measured, and where: in the data set, or in an own file. */
static void put_points(builder *b, const value *config, const char *of, const content *c) {
  const value *dataset = value_get(config, "dataset");
  const size_t kind = settings_validation(config) > 0 && !of ? OWN_VALIDATION : OWN_TEST;
  const own_points_keys *keys = &settings_own_points[kind];
  const value *count = value_get(dataset, keys->count);
  value *points = value_new(&b->memory, VALUE_MAP);
  const bool own = settings_has_own(dataset, kind);
  value_put(&b->memory, points, keys->count, count);
  if (own) value_put(&b->memory, points, "content", value_get(dataset, keys->content));
  value_put(&b->memory, c->map, "points", kind == OWN_VALIDATION || own ? points : count);
}

/* Samples are weighed with the energy that a file of points is given; that of Monte Carlo is part
 * of the data. */
static status_code put_energy(builder *b, const value *config, const content *c) {
  const value *dataset = value_get(config, "dataset"), *reduced;
  const value *energy = value_get(dataset, "energy");
  const double samples = value_get_number(value_get(config, "measure"), "samples", 0);
  const bool file = strcmp(value_get_text(dataset, PARAMS_NAME, ""), "file") == 0;
  if (!file || !energy || samples == 0) return STATUS_OK;
  status_code status = reduce_plugin(b, HIFM_ENERGY, energy, c->revisions, &reduced);
  if (status == STATUS_OK) value_put(&b->memory, c->map, "energy", reduced);
  return status;
}

/* What is measured, and at which points. of: see identity_of_measure. */
static status_code put_measure(builder *b, const value *config, const char *const *left_out,
                               const char *of, const content *c) {
  const value *measure;
  status_code status = reduce_section(b, measure_params, value_get(config, "measure"), left_out,
                                      c->revisions, &measure);
  if (status != STATUS_OK) return status;
  if (value_get_number(measure, "samples", 0) > 0)
    value_put_number(&b->memory, c->revisions, "scorecard", SCORECARD_REVISION);
  put_points(b, config, of, c);
  value_put(&b->memory, c->map, "measure", measure);
  return STATUS_OK;
}

/* With train.patience the measurement of the row decides when its training stops. */
static status_code put_stopping(builder *b, const value *config, const content *c) {
  if (value_get_number(value_get(config, "train"), "patience", 0) == 0) return STATUS_OK;
  const content stopping = {value_new(&b->memory, VALUE_MAP), c->revisions};
  value_put(&b->memory, c->map, "stopping", stopping.map);
  return put_measure(b, config, NULL, NULL, &stopping);
}

/* left_out: settings of the train section. */
static status_code make_train(builder *b, const value *config, const char *const *left_out,
                              const char *data, char hex[33]) {
  arena *a = &b->memory;
  const value *network, *optimizer, *train, *flow;
  content c = begin(b);
  status_code status =
      reduce_plugin(b, HIFM_NETWORK, value_get(config, "network"), c.revisions, &network);
  if (status == STATUS_OK)
    status = reduce_section(b, optimizer_params, value_get(config, "optimizer"), NULL, c.revisions,
                            &optimizer);
  if (status == STATUS_OK)
    status =
        reduce_section(b, train_params, value_get(config, "train"), left_out, c.revisions, &train);
  if (status == STATUS_OK) status = reduce_flow(b, value_get(config, "flow"), c.revisions, &flow);
  if (status == STATUS_OK) status = put_pixels(b, config, &c);
  if (status == STATUS_OK) status = put_stopping(b, config, &c);
  if (status != STATUS_OK) return status;
  value_put_text(a, c.map, "data", data);
  value_put(a, c.map, "points", value_get(value_get(config, "dataset"), "train"));
  value_put(a, c.map, "network", network);
  value_put(a, c.map, "optimizer", optimizer);
  value_put(a, c.map, "train", train);
  value_put(a, c.map, "flow", flow);
  value_put(a, c.map, "seed", value_get(config, "seed"));
  end(b, &c, hex);
  return STATUS_OK;
}

/* A learning rate that falls depends on the length of the training from its first step on. */
static status_code make_stem(builder *b, const value *config, const char *data, char hex[33]) {
  static const char *const LENGTH[] = {"keep", "keep_state", "epochs", "steps", NULL};
  const char *schedule = value_get_text(value_get(config, "optimizer"), "schedule", "constant");
  hex[0] = 0;
  if (strcmp(schedule, "constant") != 0) return STATUS_OK;
  return make_train(b, config, LENGTH, data, hex);
}

/* left_out: settings of the measure section; of: see identity_of_measure. */
static status_code make_measure(builder *b, const value *config, const char *const *left_out,
                                const char *train, const char *of, char hex[33]) {
  content c = begin(b);
  status_code status = put_measure(b, config, left_out, of, &c);
  if (status == STATUS_OK) status = put_energy(b, config, &c);
  if (status != STATUS_OK) return status;
  if (of) value_put_text(&b->memory, c.map, "of", of);
  value_put_text(&b->memory, c.map, "train", train);
  end(b, &c, hex);
  return STATUS_OK;
}

status_code identity_of(const value *config, const value *catalogue, identity *out, failure *err) {
  static const char *const EVERY[] = {"every", NULL};
  static const char *const KEPT[] = {"keep", "keep_state", NULL}; /* how, not what */
  builder b = {.catalogue = catalogue, .err = err};
  status_code status = make_data(&b, config, out->data);
  if (status == STATUS_OK) status = make_modes(&b, config, out->data, out->modes);
  if (status == STATUS_OK) status = make_train(&b, config, KEPT, out->data, out->train);
  if (status == STATUS_OK) status = make_stem(&b, config, out->data, out->stem);
  if (status == STATUS_OK) status = make_measure(&b, config, NULL, out->train, NULL, out->measure);
  if (status == STATUS_OK) status = make_measure(&b, config, EVERY, out->train, NULL, out->family);
  arena_close(&b.memory);
  return status;
}

status_code identity_of_data(const value *config, const value *catalogue, char hex[33],
                             failure *err) {
  builder b = {.catalogue = catalogue, .err = err};
  status_code status = make_data(&b, config, hex);
  arena_close(&b.memory);
  return status;
}

status_code identity_of_measure(const value *config, const value *catalogue, const char *train,
                                const char *of, char hex[33], failure *err) {
  builder b = {.catalogue = catalogue, .err = err};
  status_code status = make_measure(&b, config, NULL, train, of, hex);
  arena_close(&b.memory);
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
