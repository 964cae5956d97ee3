/* Scripts written on the spot and turned into plans, with a catalogue that needs no plugin. */
#ifndef TESTS_PLAN_FIXTURE_H
#define TESTS_PLAN_FIXTURE_H

#include "folder.h"
#include "front/plan.h"

#define REAL(name, preset, low)                                                                    \
  "{\"name\":\"" name "\",\"meaning\":\"m\",\"type\":\"real\",\"preset\":" preset ",\"low\":" low  \
  "}"
#define COUNT(name, preset)                                                                        \
  "{\"name\":\"" name "\",\"meaning\":\"m\",\"type\":\"count\",\"preset\":" preset ",\"low\":1}"
#define PLUGIN(kind, name, more, params)                                                           \
  "{\"kind\":\"" kind "\",\"name\":\"" name "\",\"path\":\"/p\",\"summary\":\"s\",\"revision\":1," \
  "\"hash\":\"0\"," more "\"params\":[" params "]}"
#define STAGE(name, role, own, params)                                                             \
  PLUGIN("flow", name, "\"role\":" role ",\"own_path\":" own ",", params)

/* Roles: 1 source, 2 needs or brings a Hessian, 4 changes rates, 8 noise. */
static const char plan_catalogue[] = "[" PLUGIN("energy", "formation", "", "") "," /* */
    PLUGIN(
        "energy", "morse", "",
        REAL("depth", "1", "0")) "," STAGE("anisotropic", "8", "false", REAL("gamma", "1e-10", "0")) "," STAGE("condition", "6", "false", REAL("c", "2", "1")) "," STAGE("hessian", "3", "false", "{\"name\":\"energy\",\"meaning\":\"m\",\"type\":\"ref\",\"kind\":\"energy\"}," REAL("kappa", "1", "0")) "," STAGE("hyperbolize",
                                                                                                                                                                                                                                                                                                                     "6",
                                                                                                                                                                                                                                                                                                                     "false",
                                                                                                                                                                                                                                                                                                                     "") "," STAGE("interpolant",
                                                                                                                                                                                                                                                                                                                                   "1",
                                                                                                                                                                                                                                                                                                                                   "false", REAL("kappa", "1", "0")) "," STAGE("isotropize", "8", "false", REAL("gamma", "1e-10", "0")) "," STAGE("project", "2", "false", "") "," STAGE("transport",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "1",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "true",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         REAL(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             "sigma_min",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             "1e-5",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             "0")) "," PLUGIN("network",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "egnn",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              COUNT(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  "layers", "1") "," COUNT("width",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           "150")) "," PLUGIN("network",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "mlp", "", COUNT("width", "64")) "," PLUGIN("solver",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "rk4", "", COUNT("steps", "10")) "," PLUGIN("solver",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "rk45",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      REAL(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "rtol",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "0.01",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "0") "," REAL("atol",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "0.01",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "0")) "]";

/* Parts of a script that a test does not look at. */
#define HEAD    "local h = require 'hifm'\nreturn h.experiment {\n"
#define DATASET "dataset = { 'mcmc', energy = 'morse', particles = 4, train = 100 },\n"
#define NETWORK "network = 'egnn',\n"
#define TRAIN   "train = { batch = 10, epochs = 2 },\n"
#define FLOW    "flow = { { 'transport' } },\n"
#define TAIL    "}\n"
#define REST    DATASET NETWORK TRAIN TAIL /* all but the flow, to the end */
#define ALL     FLOW REST

static const plan_limits plan_small_limits = {.instructions = 5000000,
                                              .lua_bytes = (size_t)16 << 20,
                                              .bytes = (size_t)256 << 20,
                                              .cpu_seconds = 1,
                                              .runs = 1000};

static inline const value *plan_fixture_catalogue(folder *f) {
  const value *catalogue = NULL;
  hifm_error err = {0};
  if (json_parse(&f->memory, plan_catalogue, strlen(plan_catalogue), "catalogue", &catalogue, &err))
    fail_msg("%s", err.message);
  return catalogue;
}

/* Writes the text as x.lua and loads it; sets is NULL-ended or NULL. */
static inline hifm_status plan_try(folder *f, const char *text, const char *profile,
                                   const char *const *sets, const char *only, const value **plan,
                                   hifm_error *err) {
  plan_request request = {.script = folder_path(f, "x.lua"),
                          .profile = profile,
                          .sets = sets,
                          .only = only,
                          .recipes = folder_path(f, "recipes")};
  while (sets && sets[request.set_count]) request.set_count++;
  folder_write(f, "x.lua", text);
  *plan = NULL;
  return plan_load_within(&f->memory, &request, plan_fixture_catalogue(f), &plan_small_limits, plan,
                          err);
}

/* The plan of a script that is right. */
static inline const value *plan_of(folder *f, const char *text) {
  const value *plan;
  hifm_error err = {0};
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
  hifm_error err = {0};
  assert_int_equal(plan_try(f, text, NULL, NULL, NULL, &plan, &err), HIFM_BAD_CONFIG);
  assert_string_equal(err.message, folder_path(f, message));
}

/* ... with a message that begins with x.lua and has this piece. */
static inline void plan_refused_with(folder *f, const char *text, const char *piece) {
  const value *plan;
  hifm_error err = {0};
  if (plan_try(f, text, NULL, NULL, NULL, &plan, &err) != HIFM_BAD_CONFIG)
    fail_msg("status %d (%s) for\n%s", err.status, err.message, text);
  if (!strstr(err.message, piece)) fail_msg("\"%s\" is not in \"%s\"", piece, err.message);
  if (!strstr(err.message, ".lua:")) fail_msg("no file in \"%s\"", err.message);
}

#endif
