#include "plan/schema.h"

#include "base/text.h"
#include "host/flow.h"
#include "job/dataset.h"
#include "job/settings.h"
#include "plan/declaration.h"

#include <math.h>
#include <string.h>

const char *const SCHEMA_SECTIONS[SECTIONS] = {"seed",  "dataset", "network", "optimizer",
                                               "train", "measure", "flow"};

static const double LARGEST_SEED = 4294967295.0;

size_t schema_section_of(const char *path) {
  const size_t length = strcspn(path, ".");
  size_t i = 0;
  while (i < SECTIONS &&
         (strlen(SCHEMA_SECTIONS[i]) != length || strncmp(SCHEMA_SECTIONS[i], path, length) != 0))
    i++;
  return i;
}

void schema_open(schema *s, arena *a, const value *catalogue, recipes found) {
  *s = (schema){.memory = a, .catalogue = catalogue, .context = {a, catalogue}};
  s->lookup = catalogue_lookup(&s->context);
  s->recipes = found;
}

const hifm_param *schema_plugin_settings(schema *s, hifm_kind kind, const char *name) {
  failure ignored;
  return name ? s->lookup.find(s->lookup.context, kind, name, &ignored) : NULL;
}

const value *schema_dataset(schema *s, const value *declared) {
  const char *label;
  failure ignored;
  const value *whole;
  return recipe_resolve(&s->recipes, declared, &whole, &label, &ignored) ? NULL : whole;
}

const hifm_param *schema_settings(schema *s, size_t section, const value *declared) {
  switch (section) {
  case SECTION_DATASET:
    return settings_dataset(declaration_name(schema_dataset(s, declared)));
  case SECTION_NETWORK:
    return schema_plugin_settings(s, HIFM_NETWORK, declaration_name(declared));
  case SECTION_OPTIMIZER:
    return optimizer_params;
  case SECTION_TRAIN:
    return train_params;
  case SECTION_MEASURE:
    return measure_params;
  case SECTION_FLOW:
    return flow_params;
  default:
    return NULL;
  }
}

const char *const *schema_names(arena *a, const value *catalogue, hifm_kind kind) {
  const char **names = arena_get(a, (catalogue->count + 1) * sizeof *names);
  size_t count = 0;
  for (size_t i = 0; i < catalogue->count; i++)
    if (params_kind(value_get_text(catalogue->items[i], "kind", "")) == kind)
      names[count++] = value_get_text(catalogue->items[i], "name", "");
  return names;
}

/* Puts the plugin values within a table into the form that params_check reads: the name as a text
 * under "". A table without a name means the default plugin. */
static const value *normalise(schema *s, const hifm_param *params, const value *declared);

static const value *normalise_plugin(schema *s, hifm_kind kind, const value *declared,
                                     const char *fallback) {
  const char *name = declaration_name(declared);
  bool nameless = declared->type == VALUE_MAP && !value_get(declared, "");
  if (!name && nameless) name = fallback;
  if (!name || !*name) return declared;
  const hifm_param *params = schema_plugin_settings(s, kind, name);
  value *normalised =
      value_copy(s->memory, normalise(s, params, declaration_map(s->memory, declared)));
  value_put_text(s->memory, normalised, PARAMS_NAME, name);
  return normalised;
}

static const value *normalise(schema *s, const hifm_param *params, const value *declared) {
  value *normalised = value_copy(s->memory, declared);
  for (const hifm_param *p = params; p && p->name; p++) {
    const value *inner = value_get(normalised, p->name);
    if (p->type == HIFM_REF && inner)
      value_put(s->memory, normalised, p->name, normalise_plugin(s, p->kind, inner, p->text));
  }
  return normalised;
}

/* A section whose keys are settings of the runtime; positional entries are refused. */
static status_code resolve_table(schema *s, const char *where, const hifm_param *params,
                                 const value *declared, const value **out, failure *err) {
  value *map = declaration_map(s->memory, declared);
  if (value_get(map, ""))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: must be a table of named settings, %s = { ... }", where, where);
  return params_check(s->memory, params, normalise(s, params, map), where, &s->lookup, NULL, out,
                      err);
}

static status_code resolve_train(schema *s, const value *declared, const value **out,
                                 failure *err) {
  status_code status = resolve_table(s, "train", train_params, declared, out, err);
  if (status != STATUS_OK) return status;
  bool epochs = value_get_number(*out, "epochs", 0) > 0;
  bool steps = value_get_number(*out, "steps", 0) > 0;
  if (epochs != steps) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "train: give exactly one of epochs and steps, not %s",
                     epochs ? "both (h.none takes one out)" : "neither");
}

static status_code resolve_seed(schema *s, const value *declared, const value **out, failure *err) {
  *out = declared ? declared : value_number(s->memory, 0);
  double seed = (*out)->number;
  if ((*out)->type == VALUE_NUMBER && seed >= 0 && seed <= LARGEST_SEED && !(seed < floor(seed)) &&
      !(seed > floor(seed)))
    return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_CONFIG, "seed: must be a whole number from 0 to 4294967295, not %s",
      (*out)->type == VALUE_NUMBER ? declaration_number(s->memory, seed) : params_given_text(*out));
}

static status_code resolve_named(schema *s, const char *where, const char *name,
                                 const hifm_param *params, const value *declared, const value **out,
                                 failure *err) {
  static const char *const NAME_KEY[] = {"", NULL};
  status_code status =
      params_check(s->memory, params, normalise(s, params, declaration_map(s->memory, declared)),
                   where, &s->lookup, NAME_KEY, out, err);
  if (status != STATUS_OK) return status;
  value *named = value_copy(s->memory, *out);
  value_put_text(s->memory, named, PARAMS_NAME, name);
  *out = named;
  return STATUS_OK;
}

static status_code check_mcmc(const value *data, failure *err) {
  static const char *const POOLS[][2] = {{"train", "train_pool"}, {"test", "test_pool"}};
  for (size_t i = 0; i < 2; i++) {
    if (i == 1 && settings_has_own(data, OWN_TEST)) continue;
    double wanted = value_get_number(data, POOLS[i][0], 0);
    double made = value_get_number(data, POOLS[i][1], 0);
    if (wanted > made)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "dataset.%s: %.0f points are more than the %.0f made (dataset.%s)",
                         POOLS[i][0], wanted, made, POOLS[i][1]);
  }
  failure why;
  if (dataset_check_split(data, SIZE_MAX, (size_t)value_get_number(data, "test_pool", 0), &why) !=
      STATUS_OK)
    return failure_set(err, STATUS_BAD_CONFIG, "%s", why.message);
  bool particles = value_get_number(data, "particles", 0) > 0;
  if (particles != (value_get_number(data, "dimensions", 0) > 0)) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "dataset: give exactly one of particles and dimensions, not %s",
                     particles ? "both" : "neither");
}

/* The centre of mass of particles is removed, which leaves nothing of one particle. */
static status_code check_particles(const char *kind, const value *data, failure *err) {
  if (value_get_number(data, "particles", 0) != 1) return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "dataset.particles: one particle is always 0 once its centre of mass is removed; %s",
      strcmp(kind, "mcmc") == 0 ? "give dimensions in place of particles"
                                : "leave particles out for plain points");
}

/* Without a number all points of an own file are meant. */
static status_code fill_own_points(schema *s, const value *declared, value *data, failure *err) {
  if (strcmp(params_name(data), "images") == 0) return STATUS_OK; /* they have no own points */
  for (size_t kind = 0; kind < OWN_KINDS; kind++) {
    const own_points_keys *keys = &settings_own_points[kind];
    if (!settings_has_own(data, kind) && *value_get_text(data, keys->content, ""))
      return failure_set(err, STATUS_BAD_CONFIG,
                         "dataset.%s: is the hash of a file, but there is no dataset.%s",
                         keys->content, keys->path);
    if (!settings_has_own(data, kind)) continue;
    if (!value_get(declared, keys->count))
      value_put_number(s->memory, data, keys->count, SETTINGS_ALL_ROWS);
    if (value_get_number(data, keys->count, 0) == 0)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "dataset.%s: no point of dataset.%s is used; leave %s out for all of "
                         "them, or leave out %s",
                         keys->count, keys->path, keys->count, keys->path);
  }
  return STATUS_OK;
}

static status_code resolve_dataset(schema *s, const value *declared, const value **out,
                                   failure *err) {
  const char *label;
  status_code status = recipe_resolve(&s->recipes, declared, &declared, &label, err);
  if (status != STATUS_OK) return status;
  const char *kind = declaration_name(declared);
  status = resolve_named(s, "dataset", kind, settings_dataset(kind), declared, out, err);
  if (status != STATUS_OK) return status;
  value *filled = value_copy(s->memory, *out);
  value_put_text(s->memory, filled, "label", label);
  *out = filled;
  status = fill_own_points(s, declared, filled, err);
  if (status == STATUS_OK) status = check_particles(kind, filled, err);
  return status == STATUS_OK && strcmp(kind, "mcmc") == 0 ? check_mcmc(filled, err) : status;
}

static status_code resolve_optimizer(schema *s, const value *declared, const value **out,
                                     failure *err) {
  static const char *const KNOWN[] = {"adamw"};
  const char *name = declaration_name(declared);
  bool nameless = !declared || (declared->type == VALUE_MAP && !value_get(declared, ""));
  if (!name && !nameless)
    return failure_set(err, STATUS_BAD_CONFIG, "optimizer: must be { \"adamw\", lr = ... }, not %s",
                       value_type_text(declared));
  if (name && strcmp(name, KNOWN[0]) != 0)
    return failure_set(err, STATUS_BAD_CONFIG, "optimizer: unknown optimizer \"%s\"%s", name,
                       *text_hint(s->memory, name, KNOWN, 1) ? "; did you mean \"adamw\"?"
                                                             : "; available: adamw");
  return resolve_named(s, "optimizer", KNOWN[0], optimizer_params, declared, out, err);
}

status_code schema_resolve_plugin(schema *s, hifm_kind kind, const char *where,
                                  const value *declared, const value **out, failure *err) {
  if (declared) declared = normalise_plugin(s, kind, declared, NULL);
  return params_check_ref(s->memory, kind, declared, where, &s->lookup, out, err);
}

static status_code resolve_stage(schema *s, const value *declared, value *stages, flow_role *role,
                                 failure *err) {
  const value *stage, *entry;
  const char *name = declaration_name(declared);
  bool known = schema_plugin_settings(s, HIFM_FLOW, name) != NULL;
  const char *where = known ? arena_format(s->memory, "flow.%s", name) : "flow";
  status_code status = schema_resolve_plugin(s, HIFM_FLOW, where, declared, &stage, err);
  if (status == STATUS_OK)
    status = catalogue_find(s->memory, s->catalogue, HIFM_FLOW, name, &entry, err);
  if (status != STATUS_OK) return status;
  value_push(s->memory, stages, stage);
  *role = (flow_role){.name = name,
                      .role = (uint32_t)value_get_number(entry, "role", 0),
                      .own_path = value_get_bool(entry, "own_path", false)};
  return STATUS_OK;
}

/* Eq. 16 needs a diffusion where the source does not bring a path. */
static bool needs_noise(const flow_role *roles, size_t count) {
  if (count == 0 || roles[0].own_path) return false;
  for (size_t i = 0; i < count; i++)
    if (roles[i].role & HIFM_STAGE_NOISE) return false;
  return true;
}

/* The noise stage that is taken, with its defaults, where a flow needs one and gives none. */
static status_code find_default_noise(schema *s, const char **name, failure *err) {
  const value *refused = NULL; /* one that may be it */
  *name = NULL;
  for (size_t i = 0; i < s->catalogue->count; i++) {
    const value *entry = s->catalogue->items[i];
    if (value_get(entry, "error")) refused = entry;
    const uint32_t role = (uint32_t)value_get_number(entry, "role", 0);
    if (!(role & HIFM_STAGE_DEFAULT_NOISE)) continue;
    const char *found = value_get_text(entry, "name", "");
    if (*name)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "flow: no noise stage given, and both %s and %s are the default", *name,
                         found);
    *name = found;
  }
  if (*name) return STATUS_OK;
  return failure_set(err, (status_code)value_get_number(refused, "status", STATUS_BAD_CONFIG),
                     "flow: no noise stage given, and no plugin is the default%s%s",
                     refused ? "; refused: " : "", value_get_text(refused, "error", ""));
}

static status_code resolve_stages(schema *s, const value *declared, const value **out,
                                  failure *err) {
  value *stages = value_new(s->memory, VALUE_LIST);
  flow_role roles[FLOW_STAGES_MAX + 1];
  size_t count = declared && declared->type == VALUE_LIST ? declared->count : 0;
  if (count > FLOW_STAGES_MAX)
    return failure_set(err, STATUS_BAD_CONFIG, "flow: %zu stages, at most %d are allowed", count,
                       (int)FLOW_STAGES_MAX);
  for (size_t i = 0; i < count; i++) {
    status_code status = resolve_stage(s, declared->items[i], stages, &roles[i], err);
    if (status != STATUS_OK) return status;
  }
  if (needs_noise(roles, count)) {
    const char *noise;
    status_code status = find_default_noise(s, &noise, err);
    if (status == STATUS_OK)
      status = resolve_stage(s, value_text(s->memory, noise), stages, &roles[count], err);
    if (status != STATUS_OK) return status;
  }
  *out = stages;
  return flow_check_order(roles, stages->count, err);
}

/* { "hessian", energy = ... } where a list of such tables should be. */
static bool is_bare_stage(schema *s, const value *map) {
  const hifm_param *settings = schema_plugin_settings(s, HIFM_FLOW, declaration_name(map));
  for (; settings && settings->name; settings++)
    if (value_get(map, settings->name)) return true;
  return false;
}

/* Eq. 21: z(1) = 1 - exp(-kappa alpha_min). */
static status_code check_clock(schema *s, const value *settings, const value *stages,
                               failure *err) {
  const value *entry;
  const char *name = value_get_text(stages->items[0], "", "");
  if (strcmp(value_get_text(settings, "clock", ""), "t") != 0) return STATUS_OK;
  status_code status = catalogue_find(s->memory, s->catalogue, HIFM_FLOW, name, &entry, err);
  if (status != STATUS_OK || !((uint32_t)value_get_number(entry, "role", 0) & HIFM_STAGE_HESSIAN))
    return status;
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "flow.clock: \"t\" cannot be used with the path stage %s: z(1) = 1 - exp(-kappa "
      "alpha_min) depends on each data point's spectrum and never gets near 1; use "
      "clock = \"z\"",
      name);
}

static status_code resolve_flow(schema *s, const value *declared, const value **out, failure *err) {
  static const char *const STAGES_KEY[] = {"", NULL};
  const value *stages = NULL, *settings = NULL;
  value *map = declaration_map(s->memory, declared);
  if (is_bare_stage(s, map))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "flow: is a list of stages; write flow = { { \"%s\", ... } }",
                       declaration_name(map));
  status_code status =
      params_check(s->memory, flow_params, map, "flow", &s->lookup, STAGES_KEY, &settings, err);
  if (status == STATUS_OK) status = resolve_stages(s, value_get(map, ""), &stages, err);
  if (status == STATUS_OK) status = check_clock(s, settings, stages, err);
  if (status != STATUS_OK) return status;
  value *resolved = value_copy(s->memory, settings);
  value_put(s->memory, resolved, "stages", stages);
  *out = resolved;
  return STATUS_OK;
}

status_code schema_resolve(schema *s, size_t section, const value *declared, const value **out,
                           failure *err) {
  switch (section) {
  case SECTION_SEED:
    return resolve_seed(s, declared, out, err);
  case SECTION_DATASET:
    return resolve_dataset(s, declared, out, err);
  case SECTION_NETWORK:
    return schema_resolve_plugin(s, HIFM_NETWORK, "network", declared, out, err);
  case SECTION_OPTIMIZER:
    return resolve_optimizer(s, declared, out, err);
  case SECTION_TRAIN:
    return resolve_train(s, declared, out, err);
  case SECTION_MEASURE:
    return resolve_table(s, "measure", measure_params, declared, out, err);
  case SECTION_FLOW:
    return resolve_flow(s, declared, out, err);
  default:
    return failure_set(err, STATUS_BUG, "section %zu is not known", section);
  }
}
