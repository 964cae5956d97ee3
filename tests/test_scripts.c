/* The scripts that are shipped, planned with the plugins as they are. */
#include "host/catalogue.h"
#include "plan_fixture.h"

/* The paper's Table 2: ten flows, three seeds. */
static void lj13_is_table_2(void **state) {
  folder *f = *state;
  plan_request request = {.script = TEST_SOURCE_DIR "/scripts/lj13.lua",
                          .recipes = TEST_SOURCE_DIR "/datasets"};
  const value *plan, *catalogue = catalogue_collect(&f->memory);
  failure err = {0};
  if (plan_load(&f->memory, &request, catalogue, &plan, &err)) fail_msg("%s", err.message);
  assert_int_equal(plan_rows(plan)->count, 30);
  assert_string_equal(plan_columns(f, plan),
                      "seed flow flow.hyperbolize flow.anisotropic flow.isotropize flow.project");
  for (size_t i = 0; i < 30; i++)
    assert_string_equal(plan_cell(plan, i, "seed"), i < 10 ? "0" : i < 20 ? "1" : "2");
  assert_string_equal(plan_cell(plan, 0, "flow"), "OT");
  assert_string_equal(plan_cell(plan, 1, "flow"), "interpolant");
  assert_string_equal(plan_cell(plan, 1, "flow.isotropize"), "");
  assert_string_equal(plan_cell(plan, 9, "flow"), "formation");
  request.profile = "quick";
  if (plan_load(&f->memory, &request, catalogue, &plan, &err)) fail_msg("%s", err.message);
  assert_int_equal(plan_rows(plan)->count, 10);
  assert_true(value_get_number(value_get(value_get(plan_rows(plan)->items[9], "config"), "dataset"),
                               "train", 0) == 20000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(lj13_is_table_2, folder_set_up, folder_tear_down)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
