/* Scripts as a whole: profiles, --set, --only, messages with the right line, flows. */
#include "plan_fixture.h"

static const char experiment[] = HEAD                                       /* 1-2 */
    "dataset = { 'mcmc', energy = 'morse', particles = 4, train = 100 },\n" /* 3 */
    "network = { 'egnn', width = 32 },\n"                                   /* 4 */
    "-- train = { epoch = 3 }\n"                                            /* 5 */
    "train = { batch = 10, epochs = 2 },\n"                                 /* 6 */
    "flow = h.grid {\n"                                                     /* 7 */
    "  { { 'transport' } },\n"                                              /* 8 */
    "  { { 'hessian', energy = 'formation' }, { 'condition', c = 3 },\n"    /* 9 */
    "    h.maybe { 'hyperbolize' } } },\n"                                  /* 10 */
    "seed = h.grid { 0, 1 },\n"                                             /* 11 */
    "profiles = { quick = { train = { batch = 5 }, seed = 0, schedule = { retries = 0 },\n"
    "  network = { layers = 2 } }, other = { network = 'mlp' } },\n"
    "schedule = { timeout = 60 },\n"
    "tables = { t = { columns = { { 'A', 'seed' }, { 'B', 'nll_min', digits = 3 } } } } }\n";

/* only: one expression, or NULL. */
static const value *load(folder *f, const char *profile, const char *const *sets,
                         const char *only) {
  const value *plan;
  failure err = {0};
  if (plan_try(f, experiment, profile, sets, (const char *const[]){only, NULL}, &plan, &err))
    fail_msg("%s", err.message);
  return plan;
}

static void refuse(folder *f, const char *profile, const char *set, const char *only,
                   const char *message) {
  const char *const sets[] = {set, NULL}, *const onlies[] = {only, NULL};
  const value *plan;
  failure err = {0};
  assert_int_equal(plan_try(f, experiment, profile, sets, onlies, &plan, &err), STATUS_BAD_CONFIG);
  const char *start = strstr(err.message, "x.lua");
  assert_string_equal(start ? start : err.message, message);
}

static double number(const value *plan, size_t row, const char *section, const char *key) {
  return value_get_number(value_get(plan_config(plan, row), section), key, -1);
}

/* The fixture's catalogue with this role of these two plugins. */
static const value *with_roles(folder *f, double anisotropic, double isotropize) {
  value *changed = value_new(&f->memory, VALUE_LIST);
  const value *plain = plan_catalogue(f, NULL);
  for (size_t i = 0; i < plain->count; i++) {
    value *entry = value_copy(&f->memory, plain->items[i]);
    const char *name = value_get_text(entry, "name", "");
    if (strcmp(name, "anisotropic") == 0) value_put_number(&f->memory, entry, "role", anisotropic);
    if (strcmp(name, "isotropize") == 0) value_put_number(&f->memory, entry, "role", isotropize);
    value_push(&f->memory, changed, entry);
  }
  return changed;
}

/* The catalogue decides which stage that is, not its name. */
static void test_default_noise(void **state) {
  folder *f = *state;
  const value *plan;
  failure err = {0};
  const plan_request request = {.script = folder_path(f, "x.lua"),
                                .recipes = folder_path(f, "recipes")};
  folder_write(f, "x.lua", HEAD "flow = { { 'interpolant' } }," REST);
  assert_int_equal(plan_load(&f->memory, &request, with_roles(f, 8, 24), &plan, NULL), STATUS_OK);
  const value *stages = value_get(value_get(plan_config(plan, 0), "flow"), "stages");
  assert_string_equal(value_get_text(stages->items[1], "", ""), "isotropize");
  assert_int_equal(plan_load(&f->memory, &request, with_roles(f, 8, 8), &plan, &err),
                   STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "no noise stage given, and no plugin is the default"));
  assert_int_equal(plan_load(&f->memory, &request, with_roles(f, 24, 24), &plan, &err),
                   STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "both anisotropic and isotropize are the default"));
}

static void test_defaults_are_filled_in(void **state) {
  folder *f = *state;
  const value *plan = load(f, NULL, NULL, NULL);
  assert_int_equal(plan_rows(plan)->count, 6);
  const char *text = json_text(&f->memory, plan_config(plan, 1));
  const value *expected = NULL, *flow, *measure;
  assert_true(number(plan, 1, "network", "layers") == 1);
  assert_true(number(plan, 1, "network", "width") == 32);
  assert_true(number(plan, 1, "optimizer", "weight_decay") == 1e-4);
  assert_true(number(plan, 1, "train", "steps") == 0);
  measure = value_get(plan_config(plan, 1), "measure");
  assert_string_equal(json_text(&f->memory, value_get(measure, "solver")),
                      "{\"\":\"rk45\",\"atol\":0.01,\"rtol\":0.01}");
  flow = value_get(plan_config(plan, 1), "flow");
  assert_string_equal(json_text(&f->memory, flow),
                      "{\"clock\":\"z\",\"scheme\":\"finite\",\"stages\":[{\"\":\"hessian\","
                      "\"energy\":{\"\":\"formation\"},\"kappa\":1},{\"\":\"condition\",\"c\":3},"
                      "{\"\":\"anisotropic\",\"gamma\":1e-10}]}");
  assert_string_equal(json_text(&f->memory, value_get(plan, "schedule")),
                      "{\"checkpoint\":30,\"retries\":2,\"threads\":1,\"timeout\":60}");
  assert_string_equal(json_text(&f->memory, value_get(plan, "tables")),
                      "{\"t\":{\"columns\":[[\"A\",\"seed\"],{\"\":[\"B\",\"nll_min\"],"
                      "\"digits\":3}]}}");
  assert_string_equal(value_get_text(plan, "folder", ""), f->path);
  /* the configuration travels as JSON without a change */
  assert_int_equal(json_parse(&f->memory, text, strlen(text), "row", &expected, NULL), STATUS_OK);
  assert_true(value_equal(expected, plan_config(plan, 1)));
}

static void test_a_path_of_its_own_takes_no_noise(void **state) {
  const value *plan = load(*state, NULL, NULL, NULL);
  const value *stages = value_get(value_get(plan_config(plan, 0), "flow"), "stages");
  assert_int_equal(stages->count, 1);
}

/* Such a path would be the same with and without the stage, and the two would be two runs. */
static void test_a_path_of_its_own_takes_no_rates(void **state) {
  folder *f = *state;
  const value *plan;
  failure err = {0};
  const plan_request request = {.script = folder_path(f, "x.lua"),
                                .recipes = folder_path(f, "recipes")};
  folder_write(f, "x.lua", HEAD "flow = { { 'transport' }, { 'isotropize' } }," REST);
  assert_int_equal(plan_load(&f->memory, &request, with_roles(f, 24, 4), &plan, &err),
                   STATUS_BAD_CONFIG);
  assert_string_equal(err.message,
                      folder_path(f, "x.lua:3: flow: the stage isotropize changes rates, but the "
                                     "path of the stage transport does not depend on rates"));
  folder_write(f, "x.lua", HEAD "flow = { { 'interpolant' }, { 'isotropize' } }," REST);
  assert_int_equal(plan_load(&f->memory, &request, with_roles(f, 24, 4), &plan, &err), STATUS_OK);
}

static void test_profile(void **state) {
  folder *f = *state;
  const value *plan = load(f, "quick", NULL, NULL);
  assert_int_equal(plan_rows(plan)->count, 3);
  assert_true(number(plan, 0, "train", "batch") == 5);
  assert_true(number(plan, 0, "train", "epochs") == 2);
  assert_true(number(plan, 0, "network", "width") == 32);
  assert_true(number(plan, 0, "network", "layers") == 2);
  assert_true(value_get_number(value_get(plan, "schedule"), "retries", -1) == 0);
  assert_true(value_get_number(value_get(plan, "schedule"), "timeout", -1) == 60);
  assert_string_equal(plan_columns(f, plan), "flow flow.hyperbolize");
  plan = load(f, "other", NULL, NULL);
  assert_true(number(plan, 0, "network", "width") == 64);
  refuse(f, "quik", NULL, NULL,
         "x.lua:12: profiles: there is no \"quik\"; did you mean \"quick\"?");
}

static void test_set(void **state) {
  folder *f = *state;
  const char *const sets[] = {"seed=7",          "flow.condition.c=5",
                              "network.width=9", "measure.solver.rtol=1e-3",
                              "optimizer.lr=.5", NULL};
  const value *plan = load(f, NULL, sets, NULL);
  assert_int_equal(plan_rows(plan)->count, 3);
  assert_true(value_get_number(plan_config(plan, 2), "seed", 0) == 7);
  const value *stages = value_get(value_get(plan_config(plan, 2), "flow"), "stages");
  assert_true(value_get_number(stages->items[1], "c", 0) == 5);
  assert_true(number(plan, 0, "network", "width") == 9);
  const value *solver = value_get(value_get(plan_config(plan, 0), "measure"), "solver");
  assert_true(value_get_number(solver, "rtol", 0) == 1e-3);
  assert_true(number(plan, 0, "optimizer", "lr") == 0.5);
}

static void test_set_none_removes(void **state) {
  const char *const sets[] = {"train.epochs=none", "train.steps=20", "network=mlp", NULL};
  const value *plan = load(*state, NULL, sets, NULL);
  assert_true(number(plan, 0, "train", "epochs") == 0);
  assert_true(number(plan, 0, "train", "steps") == 20);
  assert_true(number(plan, 0, "network", "width") == 64);
}

static void test_set_that_fits_nowhere(void **state) {
  folder *f = *state;
  refuse(f, NULL, "train.epoch=5", NULL,
         "--set train.epoch=5: train.epoch: unknown setting; did you mean \"train.epochs\"?");
  refuse(f, NULL, "flow.conditon.c=5", NULL,
         "--set flow.conditon.c=5: flow.conditon.c: unknown setting; did you mean "
         "\"flow.condition\"?");
  refuse(f, NULL, "flow.condition.k=5", NULL,
         "--set flow.condition.k=5: flow.condition.k: unknown setting; did you mean "
         "\"flow.condition.c\"?");
  refuse(f, NULL, "tain.epochs=5", NULL,
         "--set tain.epochs=5: tain.epochs: unknown setting; did you mean \"train\"?");
  refuse(f, NULL, "network.width=0.5", NULL,
         "--set network.width=0.5: network.width: 0.5 is not a whole number");
  refuse(f, NULL, "flow.condition.c=x", NULL,
         "--set flow.condition.c=x: flow.condition.c: must be a number, 1 or more, not a text");
  refuse(f, NULL, "flow.condition.c=2,3", NULL,
         "--set flow.condition.c=2,3: flow.condition.c: a decimal number has a point: 2.3. For two "
         "values write a point in the first one, such as 1.0,5");
  refuse(f, NULL, "network.width.x=1", NULL,
         "--set network.width.x=1: network.width.x: unknown setting");
}

static void test_only(void **state) {
  folder *f = *state;
  const value *plan = load(f, NULL, NULL, "flow.hyperbolize=yes,seed=1.0");
  assert_int_equal(plan_rows(plan)->count, 1);
  assert_string_equal(plan_cell(plan, 0, "seed"), "1");
  const value *left = value_get(plan, "unselected"), *other = left->items[left->count - 1];
  assert_int_equal(left->count, 5);
  assert_true(value_get_number(other, "number", 0) == 4);
  assert_true(value_equal(value_get(other, "config"), plan_config(load(f, NULL, NULL, NULL), 4)));
  assert_int_equal(plan_rows(load(f, NULL, NULL, "flow.hyperbolize="))->count, 2);
  assert_int_equal(plan_rows(load(f, NULL, NULL, "network.width=32"))->count, 6);
  assert_int_equal(plan_rows(load(f, "quick", NULL, "seed=0"))->count, 3);
  refuse(f, NULL, NULL, "flow.hyperbolise=yes",
         "--only flow.hyperbolise=yes: unknown column \"flow.hyperbolise\"; did you mean "
         "\"flow.hyperbolize\"?");
  refuse(f, NULL, NULL, "seed=2", "--only seed=2: no run has seed=2; seed is one of 0, 1");
  refuse(f, NULL, NULL, "network.width=33",
         "--only network.width=33: no run has network.width=33; network.width is 32");
  refuse(f, NULL, NULL, "flow=transprt",
         "--only flow=transprt: no run has flow=transprt; flow is one of transport, "
         "hessian+condition; did you mean \"transport\"?");
  refuse(f, NULL, NULL, "flow=transport,flow.hyperbolize=yes",
         "--only flow=transport,flow.hyperbolize=yes: no run with the conditions before it has "
         "flow.hyperbolize=yes; flow.hyperbolize is empty");
  refuse(f, NULL, NULL, "width=32",
         "--only width=32: unknown column \"width\"; available: seed, flow, flow.hyperbolize");
  refuse(f, NULL, NULL, "seed",
         "--only seed: must be column=cell,... such as flow.hyperbolize=yes,seed=0|1; a cell with "
         "a comma is in double quotes: '--only flow=\"a,b\"'");
}

static void test_only_twice(void **state) {
  folder *f = *state;
  const char *const either[] = {"flow=transport,seed=1", "flow.hyperbolize=yes", "seed=1", NULL};
  const char *const wrong[] = {"seed=1", "seed=7", NULL};
  const value *plan;
  failure err = {0};
  assert_int_equal(plan_try(f, experiment, NULL, NULL, either, &plan, &err), STATUS_OK);
  assert_string_equal(plan_column(f, plan, "seed"), "0 1 1 1");
  assert_string_equal(plan_column(f, plan, "flow.hyperbolize"), "yes  no yes");
  assert_int_equal(plan_try(f, experiment, NULL, NULL, wrong, &plan, &err), STATUS_BAD_CONFIG);
  assert_string_equal(err.message, "--only seed=7: no run has seed=7; seed is one of 0, 1");
}

typedef struct wrong {
  const char *text, *message;
} wrong;

static const wrong WRONG[] = {
    {HEAD DATASET NETWORK
     "-- train = { epoch = 1 }\ntrain = {\n  batch = 1,\n  epoch = 1 }," FLOW TAIL,
     "x.lua:8: train.epoch: unknown setting; did you mean \"epochs\"?"},
    {HEAD "dataset = { 'mcmc', energy = 'morse', particles = 4,\n  train = -3 }," NETWORK TRAIN FLOW
         TAIL,
     "x.lua:4: dataset.train: -3 is below 1 (a whole number, 1 or more)"},
    {HEAD DATASET "network = 'egn'," TRAIN FLOW TAIL,
     "x.lua:4: network: unknown network \"egn\"; did you mean \"egnn\"?"},
    {HEAD DATASET "network = { width = 3 }," TRAIN FLOW TAIL,
     "x.lua:4: network: must name a plugin of kind network, \"name\" or { \"name\", setting = "
     "... }; "
     "it is a table without a name"},
    {HEAD DATASET TRAIN FLOW TAIL,
     "x.lua:2: network: must be given, \"name\" or { \"name\", ... }"},
    {HEAD NETWORK TRAIN FLOW TAIL, "x.lua:2: dataset: must be { \"name\", ... } with the name of "
                                   "a recipe, \"mcmc\", \"file\" or \"images\""},
    {HEAD DATASET NETWORK TRAIN TAIL, "x.lua:2: flow: no stage is given; begin with a path stage"},
    {HEAD "optimizer = { 'adamv' },\n" ALL,
     "x.lua:3: optimizer: unknown optimizer \"adamv\"; did you mean \"adamw\"?"},
    {HEAD "\n--[[ seed\n = ]] local_ = 1,\nseed = -1," ALL,
     "x.lua:5: local_: unknown setting; available: seed, dataset, network, optimizer, train, "
     "measure, flow, schedule, audits, profiles, tables, figures, title, question"},
    {HEAD "\n\nseed = -1," ALL,
     "x.lua:5: seed: must be a whole number from 0 to 4294967295, not -1"},
    {HEAD "dataset = { 'mcmc', energy = 'morse', particles = 4,\n train = 200000 }," NETWORK TRAIN
         FLOW TAIL,
     "x.lua:4: dataset.train: 200000 points are more than the 100000 made (dataset.train_pool)"},
    {HEAD "dataset = { 'mcmc', energy = 'morse', train = 5 }," NETWORK TRAIN FLOW TAIL,
     "x.lua:3: dataset: give exactly one of particles and dimensions, not neither"},
    {HEAD "seed = 'one'," ALL,
     "x.lua:3: seed: must be a whole number from 0 to 4294967295, not a text"},
    {HEAD "seed = { 0, 1 }," ALL,
     "x.lua:3: seed: must be a whole number from 0 to 4294967295, not a list; h.grid { ... } "
     "makes several runs"},
    {HEAD "flow = { clock = { 'z', 't' }, { 'transport' } }," REST,
     "x.lua:3: flow.clock: must be one of \"z\", \"t\", not a list; h.grid { ... } makes several "
     "runs"},
    {HEAD DATASET NETWORK FLOW "train = { batch = 1, epochs = 1, steps = 1 } }",
     "x.lua:6: train: give exactly one of epochs and steps, not both (h.none takes one out)"},
    {HEAD DATASET NETWORK FLOW "train = { batch = 1 } }",
     "x.lua:6: train: give exactly one of epochs and steps, not neither"},
    {HEAD DATASET NETWORK FLOW "train = {\n batch = 101, epochs = 1 } }",
     "x.lua:7: train.batch: 101 is more than the 100 training points (dataset.train)"},
    {HEAD "flow = { { 'hessian', energy = 'formation' },\n { 'condition', c = 0.5 } }," REST,
     "x.lua:4: flow.condition.c: 0.5 is below 1 (a number, 1 or more)"},
    {HEAD "flow = { { 'hessian', energy = 'formaton' } }," REST,
     "x.lua:3: flow.hessian.energy: unknown energy \"formaton\"; did you mean "
     "\"formation\"?"},
    {HEAD "flow = { { 'hessian' } }," REST, "x.lua:3: flow.hessian.energy: must be given (m)"},
    {HEAD "flow = { 'transprt' }," REST,
     "x.lua:3: flow: unknown flow \"transprt\"; did you mean \"transport\"?"},
    {HEAD "flow = { 'hessian', energy = 'formation' }," REST,
     "x.lua:3: flow: is a list of stages; write flow = { { \"hessian\", ... } }"},
    {HEAD "flow = { clok = 'z', { 'transport' } }," REST,
     "x.lua:3: flow.clok: unknown setting; did you mean \"clock\"?"},
    {HEAD "flow = { clock = 'y', { 'transport' } }," REST,
     "x.lua:3: flow.clock: \"y\" is not one of \"z\", \"t\"; did you mean \"z\"?"},
    {HEAD "schedule = { retris = 1 }," ALL,
     "x.lua:3: schedule.retris: unknown setting; did you mean \"retries\"?"},
    {HEAD "tables = { t = { columns = h.grid { 1 } } }," ALL,
     "x.lua:3: tables.t.columns: a grid cannot be used here"},
    {HEAD "tables = { 't' }," ALL, "x.lua:3: tables: must be { name = { key = ... }, ... }"},
    {HEAD "profiles = { a = { tran = {} } }," ALL,
     "x.lua:3: profiles.a.tran: unknown setting; did you mean \"train\"?"},
    {HEAD "h.also { 'x' }," ALL, "x.lua:3: h.also: must be a table of named settings, not a list"},
    {HEAD "seed = (function() local g = h.grid { 1 }\n table.remove(g) return g end)()," ALL,
     "x.lua:3: seed: this grid has no choice left, so there is no run"},
    {HEAD "profiles = { partial = {} }," ALL, "x.lua:3: profiles: \"partial\" is the end of the "
                                              "folder names of --set and --only; give the "
                                              "profile another name"},
    {HEAD "profiles = { ['/../runs'] = {} }," ALL,
     "x.lua:3: profiles: \"/../runs\" has a '/' or '+', but the name becomes part of a "
     "folder's name"},
    {HEAD "measure = { 'rk45' }," ALL,
     "x.lua:3: measure: must be a table of named settings, measure = { ... }"},
    {HEAD "measure = { solver = { 'rk45', rtl = 1 } }," ALL,
     "x.lua:3: measure.solver.rtl: unknown setting; did you mean \"rtol\"?"},
};

static void test_messages_name_the_line(void **state) {
  folder *f = *state;
  for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
    plan_refused(f, WRONG[i].text, WRONG[i].message);
}

static void test_order_of_stages(void **state) {
  folder *f = *state;
  plan_refused_with(f, HEAD "flow = { { 'condition' } }," REST, "condition");
  plan_refused_with(f, HEAD "flow = { { 'interpolant' }, { 'condition' } }," REST, "condition");
  plan_refused_with(f, HEAD "flow = { { 'transport' }, { 'isotropize' } }," REST, "isotropize");
  plan_refused_with(f, HEAD "flow = { { 'interpolant' }, 'isotropize', 'anisotropic' }," REST,
                    "anisotropic");
  plan_refused_with(f,
                    HEAD "flow = { { 'hessian', energy = 'formation' }, 'isotropize', 'condition' "
                         "}," REST,
                    "condition");
}

#define MOTION "flow = { clock = h.grid { 'z', 't' }, scheme = h.grid { 'finite', 'infinite' },\n"

static void test_clocks_and_schemes(void **state) {
  folder *f = *state;
  const value *plan =
      plan_of(f, HEAD MOTION "{ 'interpolant' } }, network = 'mlp'," DATASET TRAIN TAIL);
  assert_string_equal(plan_columns(f, plan), "flow.clock flow.scheme");
  assert_string_equal(plan_column(f, plan, "flow.clock"), "z z t t");
  assert_string_equal(plan_column(f, plan, "flow.scheme"), "finite infinite finite infinite");
  plan_refused(f, HEAD "flow = { { 'hessian', energy = 'formation' },\n clock = 't' }," REST,
               "x.lua:4: flow.clock: \"t\" cannot be used with the path stage hessian: z(1) = 1 - "
               "exp(-kappa alpha_min) depends on each data point's spectrum and never gets near 1; "
               "use clock = \"z\"");
  plan_refused(
      f, HEAD "flow = { { 'interpolant' },\n scheme = 'infinite' }," REST,
      "x.lua:4: flow.scheme: \"infinite\" needs a network that answers v_z, which egnn does "
      "not (those that do: mlp)");
}

static void test_numbers_have_one_form(void **state) {
  folder *f = *state;
  const value *plan =
      plan_of(f, HEAD "seed = -0.0, network = { 'egnn', width = 250.0 }," DATASET TRAIN FLOW TAIL);
  assert_string_equal(json_text(&f->memory, value_get(plan_config(plan, 0), "seed")), "0");
  assert_string_equal(json_text(&f->memory, value_get(plan_config(plan, 0), "network")),
                      "{\"\":\"egnn\",\"depth\":4,\"layers\":1,\"width\":250}");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_default_noise, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_defaults_are_filled_in, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_a_path_of_its_own_takes_no_noise, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(test_a_path_of_its_own_takes_no_rates, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(test_profile, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_set, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_set_none_removes, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_set_that_fits_nowhere, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_only, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_only_twice, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_messages_name_the_line, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_order_of_stages, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_clocks_and_schemes, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_numbers_have_one_form, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
