/* Scripts written on the spot and turned into plans, with a catalogue that needs no plugin. */
#ifndef TESTS_PLAN_FIXTURE_H
#define TESTS_PLAN_FIXTURE_H

#include "base/text.h"
#include "folder.h"
#include "hifm/energy.h"
#include "plan/plan.h"

/* Roles: 1 source, 2 needs or brings a Hessian, 4 changes rates, 8 noise, 16 the default
 * noise. */
static const char *const plan_plugins[][5] = {
    /* kind, name, role, has its own path, settings with their defaults */
    {"energy", "double_well", "", "", ""}, /* not invariant */
    {"energy", "formation", "", "", ""},
    {"energy", "lennard_jones", "", "", /* the only sum over pairs */
     "epsilon=1 r_min=1 oscillator=1 pairs=ordered"},
    {"energy", "morse", "", "", "depth=1"},
    {"energy", "tabulated", "", "", "table=@"}, /* reads a file */
    {"energy", "wrapped", "", "", ""},          /* its invariances depend on its settings */
    {"flow", "anisotropic", "24", "false", "gamma=1e-10"},
    {"flow", "condition", "6", "false", "c=2"},
    {"flow", "hessian", "3", "false", "energy= kappa=1"},
    {"flow", "hyperbolize", "6", "false", ""},
    {"flow", "interpolant", "1", "false", "kappa=1"},
    {"flow", "isotropize", "8", "false", "gamma=1e-10"},
    {"flow", "project", "2", "false", ""},
    {"flow", "transport", "1", "true", "sigma_min=1e-5"},
    {"network", "egnn", "", "", "layers=1 depth=4 width=150"},
    {"network", "mlp", "", "", "width=64"}, /* the only one that answers v_z */
    {"solver", "rk4", "", "", "steps=10"},
    {"solver", "rk45", "", "", "rtol=0.01 atol=0.01"},
};

/* Parts of a script that a test does not look at. */
#define HEAD    "local h = require 'hifm'\nreturn h.experiment {\n"
#define DATASET "dataset = { 'mcmc', energy = 'morse', particles = 4, train = 100 },\n"
#define NETWORK "network = 'egnn',\n"
#define TRAIN   "train = { batch = 10, epochs = 2 },\n"
#define FLOW    "flow = { { 'transport' } },\n"
#define TAIL    "}\n"
#define REST    DATASET NETWORK TRAIN TAIL /* all but the flow, to the end */
#define ALL     FLOW REST

static const plan_limits plan_small_limits = {.instructions = 2000000,
                                              .lua_bytes = (size_t)4 << 20,
                                              .bytes = (size_t)256 << 20,
                                              .cpu_seconds = 1,
                                              .runs = 1000};

/* "depth=4" as params_describe would say it: "" is an energy plugin, "@" a file, another word a
 * choice, a number of a network or solver in whole digits a count. */
static inline const value *plan_setting(arena *a, const char *name, const char *fallback) {
  value *map = value_new(a, VALUE_MAP);
  double number;
  bool real = text_number(fallback, &number), file = strcmp(fallback, "@") == 0;
  bool count = real && (strcmp(name, "layers") == 0 || strcmp(name, "depth") == 0 ||
                        strcmp(name, "width") == 0 || strcmp(name, "steps") == 0);
  value_put_text(a, map, "name", name);
  value_put_text(a, map, "meaning", "m");
  value_put_text(a, map, "type", count ? "count" : real ? "real" : *fallback ? "choice" : "ref");
  if (file) value_put_text(a, map, "type", "file");
  if (file) return map;
  if (real) value_put_number(a, map, "default", number);
  if (real) value_put_number(a, map, "low", count || strcmp(name, "c") == 0 ? 1 : 0);
  if (!real && !*fallback) value_put_text(a, map, "kind", "energy");
  if (real || !*fallback) return map;
  value *choices = value_new(a, VALUE_LIST);
  value_push(a, choices, value_text(a, fallback));
  value_put_text(a, map, "default", fallback);
  value_put(a, map, "choices", choices);
  return map;
}

/* `revised` (may be NULL) is the name of a plugin with revision 2 in place of 1. */
static inline const value *plan_catalogue(folder *f, const char *revised) {
  arena *a = &f->memory;
  value *catalogue = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < sizeof plan_plugins / sizeof *plan_plugins; i++) {
    const char *const *plugin = plan_plugins[i];
    value *entry = value_new(a, VALUE_MAP), *params = value_new(a, VALUE_LIST);
    char *rest = arena_text(a, plugin[4]), *word;
    while ((word = strtok_r(rest, " ", &rest))) {
      char *equals = strchr(word, '=');
      *equals = 0;
      value_push(a, params, plan_setting(a, word, equals + 1));
    }
    value_put_text(a, entry, "kind", plugin[0]);
    value_put_text(a, entry, "name", plugin[1]);
    value_put_text(a, entry, "path", "/plugins");
    value_put_number(a, entry, "revision", revised && strcmp(revised, plugin[1]) == 0 ? 2 : 1);
    value_put_number(a, entry, "role", strtod(plugin[2], NULL));
    value_put(a, entry, "own_path", value_bool(a, strcmp(plugin[3], "true") == 0));
    value_put(a, entry, "speed", value_bool(a, strcmp(plugin[1], "mlp") == 0));
    value_put(a, entry, "more_invariances", value_bool(a, strcmp(plugin[1], "wrapped") == 0));
    value_put(a, entry, "pair", value_bool(a, strcmp(plugin[1], "lennard_jones") == 0));
    if (strcmp(plugin[0], "energy") == 0)
      value_put_number(a, entry, "invariances",
                       strcmp(plugin[1], "double_well") == 0 || strcmp(plugin[1], "wrapped") == 0
                           ? 0
                           : HIFM_INVARIANT_TRANSLATION);
    value_put(a, entry, "params", params);
    value_push(a, catalogue, entry);
  }
  return catalogue;
}

/* Writes the text as x.lua and loads it; sets and only are NULL-ended or NULL. */
static inline status_code plan_try(folder *f, const char *text, const char *profile,
                                   const char *const *sets, const char *const *only,
                                   const value **plan, failure *err) {
  plan_request request = {.script = folder_path(f, "x.lua"),
                          .profiles = &profile,
                          .profile_count = profile != NULL,
                          .sets = sets,
                          .only = only,
                          .recipes = folder_path(f, "recipes")};
  while (sets && sets[request.set_count]) request.set_count++;
  while (only && only[request.only_count]) request.only_count++;
  folder_write(f, "x.lua", text);
  *plan = NULL;
  return plan_load_within(&f->memory, &request, plan_catalogue(f, NULL), &plan_small_limits, plan,
                          err);
}

/* The plan of a script that is right. */
static inline const value *plan_of(folder *f, const char *text) {
  const value *plan;
  failure err = {0};
  if (plan_try(f, text, NULL, NULL, NULL, &plan, &err)) fail_msg("%s\n%s", err.message, text);
  return plan;
}

static inline const value *plan_rows(const value *plan) {
  return value_get(plan, "rows");
}

static inline const value *plan_config(const value *plan, size_t row) {
  return value_get(plan_rows(plan)->items[row], "config");
}

static inline const char *plan_cell(const value *plan, size_t row, const char *column) {
  return value_get_text(value_get(plan_rows(plan)->items[row], "cells"), column, "(none)");
}

/* The columns as one text, "seed flow flow.project". */
static inline const char *plan_columns(folder *f, const value *plan) {
  const value *columns = value_get(plan, "columns");
  const char *text = "";
  for (size_t i = 0; i < columns->count; i++)
    text = arena_format(&f->memory, "%s%s%s", text, i ? " " : "", columns->items[i]->text);
  return text;
}

/* The cells of a column in all rows, "a b c". */
static inline const char *plan_column(folder *f, const value *plan, const char *column) {
  const char *text = "";
  for (size_t i = 0; i < plan_rows(plan)->count; i++)
    text = arena_format(&f->memory, "%s%s%s", text, i ? " " : "", plan_cell(plan, i, column));
  return text;
}

/* The script must be refused with exactly this message after "<folder>/". */
static inline void plan_refused(folder *f, const char *text, const char *message) {
  const value *plan;
  failure err = {0};
  assert_int_equal(plan_try(f, text, NULL, NULL, NULL, &plan, &err), STATUS_BAD_CONFIG);
  assert_string_equal(err.message, folder_path(f, message));
}

/* ... with a message that begins with x.lua and has this piece. */
static inline void plan_refused_with(folder *f, const char *text, const char *piece) {
  const value *plan;
  failure err = {0};
  if (plan_try(f, text, NULL, NULL, NULL, &plan, &err) != STATUS_BAD_CONFIG)
    fail_msg("status %d (%s) for\n%s", err.status, err.message, text);
  if (!strstr(err.message, piece)) fail_msg("\"%s\" is not in \"%s\"", piece, err.message);
  if (!strstr(err.message, ".lua:")) fail_msg("no file in \"%s\"", err.message);
}

#endif
