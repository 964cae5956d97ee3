/* Grids: rows, their order, columns and cells. */
#include "plan_fixture.h"

static size_t count(folder *f, const char *text) {
  return plan_rows(plan_of(f, text))->count;
}

static void test_one_run(void **state) {
  const value *plan = plan_of(*state, HEAD ALL);
  assert_int_equal(plan_rows(plan)->count, 1);
  assert_string_equal(plan_columns(*state, plan), "");
  assert_string_equal(value_get_text(plan, "name", ""), "x");
}

static void test_axes_multiply_seed_outermost(void **state) {
  folder *f = *state;
  const value *plan =
      plan_of(f, HEAD FLOW DATASET NETWORK "train = { batch = h.grid { 5, 10 }, epochs = 1 },\n"
                                           "optimizer = { 'adamw', lr = h.grid { 0.1, 1e-4 } },\n"
                                           "seed = h.grid { 3, 1 } }");
  assert_string_equal(plan_columns(f, plan), "seed optimizer.lr train.batch");
  assert_string_equal(plan_column(f, plan, "seed"), "3 3 3 3 1 1 1 1");
  assert_string_equal(plan_column(f, plan, "optimizer.lr"),
                      "0.1 0.1 0.0001 0.0001 0.1 0.1 0.0001 0.0001");
  assert_string_equal(plan_column(f, plan, "train.batch"), "5 10 5 10 5 10 5 10");
  assert_true(value_get_number(value_get(plan_config(plan, 7), "optimizer"), "lr", 0) == 1e-4);
}

/* A grid inside an alternative is that alternative's own. */
static void test_union_not_product(void **state) {
  folder *f = *state;
  const value *plan =
      plan_of(f, HEAD FLOW DATASET TRAIN
              "network = h.grid { { 'egnn', layers = h.grid { 1, 2, 3 } }, 'mlp' } }");
  assert_string_equal(plan_columns(f, plan), "network network.layers");
  assert_string_equal(plan_column(f, plan, "network"), "egnn egnn egnn mlp");
  assert_string_equal(plan_column(f, plan, "network.layers"), "1 2 3 ");
}

static void test_nested_grids_are_one_axis(void **state) {
  folder *f = *state;
  assert_int_equal(count(f, HEAD "seed = h.grid { 0, h.grid { 1, 2 }, 3 }, " ALL), 4);
}

static void test_maybe_in_a_list(void **state) {
  folder *f = *state;
  const value *plan = plan_of(f, HEAD "flow = { { 'hessian', energy = 'formation' },"
                                      "h.maybe { 'hyperbolize' }, h.maybe { 'project' } }," REST);
  assert_string_equal(plan_columns(f, plan), "flow.hyperbolize flow.project");
  assert_string_equal(plan_column(f, plan, "flow.hyperbolize"), "no no yes yes");
  assert_string_equal(plan_column(f, plan, "flow.project"), "no yes no yes");
}

static void test_choice_in_a_list(void **state) {
  folder *f = *state;
  const value *plan = plan_of(
      f, HEAD "flow = { { 'interpolant' }, h.grid { { 'anisotropic' }, 'isotropize' } }," REST);
  assert_string_equal(plan_columns(f, plan), "flow.anisotropic flow.isotropize");
  assert_string_equal(plan_column(f, plan, "flow.anisotropic"), "yes no");
  assert_string_equal(plan_column(f, plan, "flow.isotropize"), "no yes");
}

static void test_none_in_a_list(void **state) {
  const value *plan = plan_of(*state, HEAD "flow = { { 'interpolant' }, h.none }," REST);
  const value *stages = value_get(value_get(plan_config(plan, 0), "flow"), "stages");
  assert_int_equal(stages->count, 2);
  assert_string_equal(value_get_text(stages->items[1], "", ""), "anisotropic");
}

static void test_scalar_inside_a_stage(void **state) {
  folder *f = *state;
  const value *plan =
      plan_of(f, HEAD "flow = h.grid { { { 'transport' } }, { { 'hessian', energy = 'formation' },"
                      "{ 'condition', c = h.grid { 2, 4 } } } }," REST);
  assert_string_equal(plan_columns(f, plan), "flow flow.condition.c");
  assert_string_equal(plan_column(f, plan, "flow"),
                      "transport hessian+condition hessian+condition");
  assert_string_equal(plan_column(f, plan, "flow.condition.c"), " 2 4");
}

static void test_labels(void **state) {
  folder *f = *state;
  const value *plan =
      plan_of(f, HEAD FLOW DATASET TRAIN
              "network = h.grid { h.as('small', { 'egnn', width = 8 }), h.as('big', 'egnn') } }");
  assert_string_equal(plan_columns(f, plan), "network");
  assert_string_equal(plan_column(f, plan, "network"), "small big");
  assert_true(value_get_number(value_get(plan_config(plan, 0), "network"), "width", 0) == 8);
}

static void test_labels_of_whole_tables(void **state) {
  folder *f = *state;
  const value *plan = plan_of(f, HEAD FLOW DATASET NETWORK
                              "train = h.grid { h.as('short', { batch = 10, epochs = 1 }),"
                              "h.as('long', { batch = 10, steps = 999 }) } }");
  assert_string_equal(plan_column(f, plan, "train"), "short long");
}

static void test_a_single_label_makes_a_column(void **state) {
  folder *f = *state;
  const value *plan = plan_of(f, HEAD "flow = h.grid { h.as('OT', { { 'transport' } }) }," REST);
  assert_string_equal(plan_columns(f, plan), "flow");
  assert_string_equal(plan_cell(plan, 0, "flow"), "OT");
  plan = plan_of(f, HEAD "seed = h.grid { 4 }," ALL);
  assert_string_equal(plan_columns(f, plan), "");
}

static void test_label_of_a_list_entry(void **state) {
  folder *f = *state;
  const value *plan = plan_of(
      f, HEAD "flow = { 'interpolant', h.grid { h.as('thin', { 'isotropize', gamma = 1e-9 }),"
              "h.as('wide', { 'isotropize', gamma = 0.1 }) } }," REST);
  assert_string_equal(plan_column(f, plan, "flow.isotropize"), "thin wide");
}

static void test_choices_must_be_told_apart(void **state) {
  folder *f = *state;
  plan_refused(f, HEAD FLOW DATASET TRAIN "network =\n h.grid { { 'egnn', width = 8 }, 'egnn' } }",
               "x.lua:6: network: two choices of this grid would both be called \"egnn\" in "
               "tables; give them "
               "names, h.as(\"name\", value)");
  plan_refused_with(f, HEAD "seed = h.grid { 1, 1.0 }," ALL, "would both be called \"1\"");
}

static void test_zip(void **state) {
  folder *f = *state;
  const value *plan = plan_of(f, HEAD "h.zip { ['train.batch'] = { 10, 20 }, ['optimizer.lr'] = "
                                      "{ 0.1, 0.2 } }, seed = h.grid { 0, 1 }," ALL);
  assert_string_equal(plan_columns(f, plan), "seed optimizer.lr train.batch");
  assert_string_equal(plan_column(f, plan, "seed"), "0 0 1 1");
  assert_string_equal(plan_column(f, plan, "optimizer.lr"), "0.1 0.2 0.1 0.2");
  assert_string_equal(plan_column(f, plan, "train.batch"), "10 20 10 20");
  plan_refused_with(f, HEAD "h.zip { ['train.bach'] = { 1 } }," ALL,
                    "x.lua:3: train.bach: unknown setting; did you mean \"train.batch\"?");
  plan_refused_with(f, HEAD "h.zip { ['train.batch'] = { 1 }, seed = { 1, 2 } }," ALL,
                    "x.lua:3: h.zip: \"train.batch\" has 1 values, \"seed\" has 2");
}

static void test_where(void **state) {
  folder *f = *state;
  const value *plan =
      plan_of(f, HEAD "h.where(function(run) return run.train.batch < 10 or run.seed == 1 end),"
                      "seed = h.grid { 0, 1 }," FLOW DATASET NETWORK
                      "train = { batch = h.grid { 5, 10 }, epochs = 1 } }");
  assert_string_equal(plan_column(f, plan, "seed"), "0 1 1");
  assert_string_equal(plan_column(f, plan, "train.batch"), "5 5 10");
}

static void test_where_sees_stages_and_names(void **state) {
  folder *f = *state;
  const value *plan = plan_of(
      f, HEAD "h.where(function(run) return run.flow.condition == nil or"
              " run.flow.condition.c > 2 and run.network[1] == 'egnn' and #run.flow.stages == 3 and"
              " run.flow.stages[1].energy[1] == 'formation' end),"
              "flow = h.grid { { { 'transport' } }, { { 'hessian', energy = 'formation' },"
              "{ 'condition', c = h.grid { 2, 4 } } } }," REST);
  assert_string_equal(plan_column(f, plan, "flow.condition.c"), " 4");
}

static void test_where_is_read_only_and_strict(void **state) {
  folder *f = *state;
  plan_refused_with(f, HEAD "\nh.where(function(run) return run.train.epoch == 2 end)," ALL,
                    "x.lua:4: a run has no key \"epoch\" here; did you mean \"epochs\"?");
  plan_refused_with(f, HEAD "h.where(function(run) run.seed = 3 return true end)," ALL,
                    "x.lua:3: a run cannot be changed by h.where");
  plan_refused_with(f, HEAD "h.where(function(run) return 1 end)," ALL,
                    "x.lua:3: where: the function must return true or false, not number");
  plan_refused_with(f, HEAD "h.where(function(run) return false end)," ALL,
                    "x.lua:3: where: no run of the grid is left");
}

static void test_also(void **state) {
  folder *f = *state;
  const value *plan =
      plan_of(f, HEAD "h.also { network = { width = 7 }, flow = { { 'interpolant' } } },"
                      "seed = h.grid { 0, 1 }," ALL);
  assert_string_equal(plan_columns(f, plan), "seed network.width flow");
  assert_string_equal(plan_column(f, plan, "seed"), "0 0 1 1");
  assert_string_equal(plan_column(f, plan, "network.width"), "150 7 150 7");
  assert_string_equal(plan_column(f, plan, "flow"), "transport interpolant transport interpolant");
  plan_refused_with(f, HEAD "h.also { netwrok = 'mlp' }," ALL,
                    "x.lua:3: netwrok: unknown setting; did you mean \"network\"?");
}

static void test_equal_rows_are_refused(void **state) {
  plan_refused_with(*state, HEAD "h.also { seed = 0 }," ALL,
                    "rows 1 and 2 of the grid are the same run (seed=0)");
  plan_refused_with(*state, HEAD "h.also { train = { epochs = h.grid { 3, 2 } } }," ALL,
                    "rows 1 and 3 of the grid are the same run (train.epochs=2)");
}

static void test_size_is_counted_before_expanding(void **state) {
  plan_refused_with(*state,
                    "local h, n = require 'hifm', {}\nfor i = 1, 1000 do n[i] = i end\n"
                    "return h.experiment { seed = h.grid(n), optimizer = { 'adamw',"
                    "lr = h.grid(n) }, measure = { every = h.grid(n) }," ALL,
                    "x.lua:3: the grid has 1000000000 runs, more than 1000: seed 1000, "
                    "optimizer.lr 1000, measure.every 1000");
}

static void test_named_keys_in_a_grid(void **state) {
  plan_refused_with(*state, HEAD "network = h.grid { 'egnn', width = 3 }," ALL,
                    "x.lua:3: h.grid: choices have no names; write width = h.grid { ... }");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_one_run, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_axes_multiply_seed_outermost, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(test_union_not_product, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_nested_grids_are_one_axis, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(test_maybe_in_a_list, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_choice_in_a_list, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_none_in_a_list, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_scalar_inside_a_stage, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_labels, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_labels_of_whole_tables, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_a_single_label_makes_a_column, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(test_label_of_a_list_entry, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_choices_must_be_told_apart, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(test_zip, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_where, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_where_sees_stages_and_names, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(test_where_is_read_only_and_strict, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(test_also, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_equal_rows_are_refused, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_size_is_counted_before_expanding, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(test_named_keys_in_a_grid, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
