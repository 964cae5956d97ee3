/* Which rows the command line makes and chooses: --set, --only, --exclude, --profile. And rules
 * that would add or replace rows without a word. */
#include "plan_fixture.h"

#include "plan/conditions.h"

static const char grid[] = HEAD DATASET NETWORK TRAIN
    "flow = h.grid { h.as('a,b', { { 'transport' } }), h.as('c|d', { { 'interpolant' } }),\n"
    "  h.as('say \"e\"', { { 'hessian', energy = 'formation' }, { 'condition', c = 3 } }) },\n"
    "optimizer = { lr = h.grid { 1e-3, 1e-4 } },\n"
    "profiles = { slow = { train = { batch = 5 }, seed = 1 }, wide = { network = { width = 9 },\n"
    "  train = { batch = 7 } } } }\n";

/* The flows and rates of the rows that one --only and one --exclude (or NULL) leave. */
static const char *rows_with(folder *f, const char *only, const char *exclude) {
  const plan_request request = {.script = folder_path(f, "x.lua"),
                                .only = &only,
                                .only_count = only != NULL,
                                .exclude = &exclude,
                                .exclude_count = exclude != NULL,
                                .recipes = f->path};
  const value *plan;
  failure err = {0};
  folder_write(f, "x.lua", grid);
  if (plan_load_within(&f->memory, &request, plan_catalogue(f, NULL), &plan_small_limits, &plan,
                       &err) != STATUS_OK)
    return arena_text(&f->memory, err.message);
  const char *text = "";
  for (size_t i = 0; i < plan_rows(plan)->count; i++)
    text = arena_format(&f->memory, "%s%s%s:%s", text, i ? " " : "", plan_cell(plan, i, "flow"),
                        plan_cell(plan, i, "optimizer.lr"));
  return text;
}

static void conditions_choose_rows(void **state) {
  folder *f = *state;
  static const char *const CASES[][2] = {
      {"optimizer.lr=0.001,flow=\"a,b\"", "a,b:0.001"},
      {" optimizer.lr = 1e-3 , flow = \"a,b\" ", "a,b:0.001"},
      {"flow=\"a,b\"|\"c|d\",optimizer.lr=.0001", "a,b:0.0001 c|d:0.0001"},
      {"flow=\"say \"\"e\"\"\"", "say \"e\":0.001 say \"e\":0.0001"},
      {"flow!=\"a,b\"|\"c|d\",optimizer.lr!=1e-4", "say \"e\":0.001"},
      {"flow.condition.c=3.0,optimizer.lr=1E-3", "say \"e\":0.001"},
      {"flow.condition.c=,optimizer.lr=1e-3", "a,b:0.001 c|d:0.001"},
      {"flow.condition.c!=3,optimizer.lr=1e-3", "a,b:0.001 c|d:0.001"},
      {"optimizer.lr=1e-3|1e-4,seed=0,flow=\"c|d\"", "c|d:0.001 c|d:0.0001"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    assert_string_equal(rows_with(f, CASES[i][0], NULL), CASES[i][1]);
  assert_string_equal(rows_with(f, "optimizer.lr=1e-3", "flow!=\"a,b\""), "a,b:0.001");
  assert_string_equal(rows_with(f, NULL, "optimizer.lr=1e-4,flow=\"a,b\"|\"c|d\""),
                      "a,b:0.001 c|d:0.001 say \"e\":0.001 say \"e\":0.0001");
}

static void what_chooses_nothing_is_refused(void **state) {
  folder *f = *state;
  static const char *const CASES[][3] = {
      {"optimizer.lr=1e-3|1e-5", NULL,
       "--only optimizer.lr=1e-3|1e-5: no run has optimizer.lr=1e-5; optimizer.lr is one of 0.001, "
       "0.0001"},
      {"optimizer.lr!=1e-5", NULL, "--only optimizer.lr!=1e-5: no run has optimizer.lr=1e-5; "},
      {"optimizer.lr!=1e-3|1e-4", NULL,
       "no run has optimizer.lr!=1e-3|1e-4; optimizer.lr is one of"},
      {"flow=a,b", NULL, "a cell with a comma is in double quotes"},
      {"flow=\"a,b", NULL, "--only flow=\"a,b: must be column=cell"},
      {"flow=\"a,b\"x", NULL, "must be column=cell"},
      {"flow=\"a,b\",", NULL, "must be column=cell"},
      {"=3", NULL, "must be column=cell"},
      {"!=3", NULL, "must be column=cell"},
      {NULL, "flow=c", "--exclude flow=c: no run has flow=c; flow is one of a,b, c|d, say"},
      {NULL, "flo=c", "--exclude flo=c: unknown column \"flo\"; did you mean \"flow\"?"},
      {NULL, "flow", "--exclude flow: must be column=cell"},
      {"flow=\"a,b\"", "optimizer.lr=1e-3|1e-4",
       "--exclude optimizer.lr=1e-3|1e-4: no run of the grid is left"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    const char *message = rows_with(f, CASES[i][0], CASES[i][1]);
    if (!strstr(message, CASES[i][2])) fail_msg("\"%s\" is not in: %s", CASES[i][2], message);
  }
}

/* The plan of a script with these --set, or its message. */
static const value *set_plan(folder *f, const char *const *sets, failure *err) {
  static const char text[] = HEAD "seed = h.grid { 0, 1 }, flow = { { 'interpolant' } }," REST;
  const value *plan;
  *err = (failure){.message = ""};
  plan_try(f, text, NULL, sets, NULL, &plan, err);
  return plan;
}

static void several_values_are_an_axis(void **state) {
  folder *f = *state;
  failure err;
  const char *const sets[] = {"optimizer.lr=1e-3, 1e-2", "network=mlp,egnn", NULL};
  const value *plan = set_plan(f, sets, &err);
  assert_string_equal(err.message, "");
  assert_int_equal(plan_rows(plan)->count, 8);
  assert_string_equal(plan_columns(f, plan), "seed network optimizer.lr");
  assert_string_equal(plan_column(f, plan, "optimizer.lr"),
                      "0.001 0.01 0.001 0.01 0.001 0.01 0.001 0.01");
  const char *const seeds[] = {"seed=5,6,7", "network.width=none,3", NULL};
  plan = set_plan(f, seeds, &err);
  assert_string_equal(plan_column(f, plan, "seed"), "5 5 6 6 7 7");
  const char *const points[] = {"optimizer.lr=1.0,5", "train.batch=1,5", NULL};
  assert_int_equal(plan_rows(set_plan(f, points, &err))->count, 8);
}

static void set_refused(folder *f, const char *one, const char *two, const char *message) {
  const char *const sets[] = {one, two, NULL};
  failure err;
  assert_null(set_plan(f, sets, &err));
  if (!strstr(err.message, message)) fail_msg("\"%s\" is not in: %s", message, err.message);
}

static void sets_that_are_refused(void **state) {
  folder *f = *state;
  static const char *const FORMS[] = {"seed",      "seed=",         "=3",
                                      "seed=1,",   "seed=,1",       "seed=[1,2",
                                      "seed=[1]2", "network=\"mlp", "network=a\nb"};
  for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
    set_refused(f, FORMS[i], NULL, "must be key=value, such as train.epochs=5, or key=value,value");
  set_refused(f, "optimizer.lr=1,5", NULL, "optimizer.lr: a decimal number has a point: 1.5.");
  set_refused(f, "optimizer.lr=0,5e-3", NULL, "a decimal number has a point: 0.5e-3.");
  set_refused(f, "seed=1", "seed=2", "seed is set twice; seed=VALUE,VALUE makes a run of each");
  set_refused(f, "network.width=3", "network=mlp",
              "--set network=mlp: replaces network.width, which is set before it");
  set_refused(f, "optimizer.lr=1e-3,1e-3", NULL, "two choices of this grid would both be called");
  set_refused(f, "seed=[1,2]", NULL, "must be a whole number from 0 to 4294967295, not a list");
  set_refused(f, "seed=\"1\"", NULL, "must be a whole number from 0 to 4294967295, not a text");
  set_refused(f, "tables.a=1", NULL, "unknown setting; available: seed, dataset");
}

static void the_schedule_is_set(void **state) {
  folder *f = *state;
  failure err;
  const char *const sets[] = {"schedule.timeout=30", "schedule.retries=0", NULL};
  const value *plan = set_plan(f, sets, &err);
  assert_true(value_get_number(value_get(plan, "schedule"), "timeout", 0) == 30);
  assert_true(value_get_number(value_get(plan, "schedule"), "retries", 9) == 0);
  assert_string_equal(plan_columns(f, plan), "seed");
  set_refused(
      f, "schedule.timeot=30", NULL,
      "--set schedule.timeot=30: schedule.timeot: unknown setting; did you mean \"timeout\"");
  set_refused(f, "schedule.retries=1,2", NULL, "is the same for the whole grid");
}

static status_code with_profiles(folder *f, const char *text, const char *one, const char *two,
                                 const value **plan, failure *err) {
  const char *const names[] = {one, two};
  const plan_request request = {
      .script = folder_path(f, "x.lua"), .profiles = names, .profile_count = 2, .recipes = f->path};
  folder_write(f, "x.lua", text);
  return plan_load_within(&f->memory, &request, plan_catalogue(f, NULL), &plan_small_limits, plan,
                          err);
}

static double setting(const value *plan, const char *section, const char *key) {
  return value_get_number(value_get(plan_config(plan, 0), section), key, -1);
}

static void profiles_are_merged_in_order(void **state) {
  folder *f = *state;
  const value *plan;
  failure err = {0};
  assert_int_equal(with_profiles(f, grid, "slow", "wide", &plan, &err), STATUS_OK);
  assert_true(setting(plan, "network", "width") == 9);
  assert_true(value_get_number(plan_config(plan, 0), "seed", 0) == 1);
  assert_true(setting(plan, "train", "batch") == 7);
  assert_int_equal(with_profiles(f, grid, "wide", "slow", &plan, &err), STATUS_OK);
  assert_true(setting(plan, "train", "batch") == 5);
  assert_int_equal(with_profiles(f, grid, "slow", "slow", &plan, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "--profile slow: is given twice"));
  assert_int_equal(with_profiles(f, grid, "slow", "fast", &plan, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "profiles: there is no \"fast\"; available: slow, wide"));
}

/* Also profiles that are not asked for. */
static void every_profile_is_checked(void **state) {
  folder *f = *state;
  static const char *const CASES[][2] = {
      {"q = 1", "x.lua:3: profiles.q: must be a table of named settings, not a number"},
      {"q = { train = { epohs = 1 } }",
       "x.lua:3: profiles.q.train.epohs: unknown setting; did you mean \"epochs\"?"},
      {"q = { schedule = { timeot = 1 } }",
       "x.lua:3: profiles.q.schedule.timeot: unknown setting; did you mean \"timeout\"?"},
      {"q = { tables = {} }",
       "x.lua:3: profiles.q.tables: cannot be changed here; it is a key of h.experiment alone"},
      {"['a+b'] = {}", "x.lua:3: profiles: \"a+b\" has a '/' or '+'"},
      {"1", "x.lua:3: profiles: must be { name = { ... }, ... }"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    plan_refused_with(f, arena_format(&f->memory, HEAD "profiles = { %s }," ALL, CASES[i][0]),
                      CASES[i][1]);
  plan_refused_with(f, HEAD "profiles = 1," ALL, "x.lua:3: profiles: must be");
}

static void rules_add_and_replace_nothing_silently(void **state) {
  static const char *const CASES[][2] = {
      {"h.where(function(run) return run.seed < 1 end), h.also { seed = 7 }",
       "x.lua:3: also: h.where leaves out every row of h.also number 1, so it adds nothing"},
      {"h.also { seed = 0.5 * 2 }, h.also { seed = 7 },\nh.where(function(run) return run.seed < 2 "
       "end)",
       "also: h.where leaves out every row of h.also number 2"},
      {"optimizer = { lr = h.grid { 1, 2 } }, h.zip { ['optimizer.lr'] = { 3, 4 } }",
       "x.lua:3: optimizer.lr: this grid would be replaced by h.zip"},
      {"optimizer = { lr = h.grid { 1, 2 } }, h.zip { optimizer = { { lr = 3 }, { lr = 4 } } }",
       "x.lua:3: optimizer: this grid would be replaced by h.zip"},
      {"h.zip { ['optimizer.lr'] = { 1, 2 } }, h.zip { ['optimizer.lr'] = { 3, 4 } }",
       "x.lua:3: optimizer.lr: two h.zip have values for it"},
      {"h.zip { ['optimizer.lr'] = { a = 1, 2 } }",
       "x.lua:3: h.zip: \"optimizer.lr\" must be a path with a list of values"},
      {"h.also { seed = 0 }", "are the same run (seed=0); an h.also or h.zip adds it again"},
      {"h.also { tables = {} }", "x.lua:3: tables: cannot be changed here"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    plan_refused_with(*state,
                      arena_format(&((folder *)*state)->memory, HEAD "%s," ALL, CASES[i][0]),
                      CASES[i][1]);
  const value *plan =
      plan_of(*state, HEAD "seed = h.grid { 0, 1 }, h.also { seed = h.grid { 7, 8 } },\n"
                           "h.where(function(run) return run.seed == 1 or run.seed == 7 end)," ALL);
  assert_string_equal(plan_column(*state, plan, "seed"), "1 7");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(conditions_choose_rows),     TEST(what_chooses_nothing_is_refused),
      TEST(several_values_are_an_axis), TEST(sets_that_are_refused),
      TEST(the_schedule_is_set),        TEST(profiles_are_merged_in_order),
      TEST(every_profile_is_checked),   TEST(rules_add_and_replace_nothing_silently),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
