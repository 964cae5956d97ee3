/* Audits: further measurements of a plan's rows. */
#include "plan_fixture.h"

#include "plan/identity.h"

#define TIGHT "audits = { tight = { ['measure.solver.rtol'] = 1e-6 } },\n"

static const value *plan_with(folder *f, const char *text, const char *const *sets,
                              const char *const *only) {
  const value *plan;
  failure err = {0};
  if (plan_try(f, text, NULL, sets, only, &plan, &err) != STATUS_OK) fail_msg("%s", err.message);
  return plan;
}

static const value *audit_section(const value *plan, size_t row, const char *name,
                                  const char *section) {
  return value_get(value_get(value_get(plan_rows(plan)->items[row], "audits"), name), section);
}

static double rtol_of(const value *measure) {
  return value_get_number(value_get(measure, "solver"), "rtol", -1);
}

static void test_sections_of_an_audit(void **state) {
  folder *f = *state;
  const value *plan = plan_of(
      f, HEAD "audits = { all = { ['dataset.test'] = 50 }, tight = { ['dataset.test'] = 60,\n"
              "['measure.solver.rtol'] = 1e-6, ['measure.divergence'] = 'hutchinson' } }," ALL);
  const value *tight = audit_section(plan, 0, "tight", "measure");
  assert_true(rtol_of(tight) == 1e-6);
  assert_string_equal(value_get_text(tight, "divergence", ""), "hutchinson");
  assert_true(value_get_number(audit_section(plan, 0, "tight", "dataset"), "test", 0) == 60);
  assert_true(value_get_number(audit_section(plan, 0, "all", "dataset"), "test", 0) == 50);
  /* what an audit does not change is the row's own, not a copy */
  assert_ptr_equal(audit_section(plan, 0, "all", "measure"),
                   value_get(plan_config(plan, 0), "measure"));
  assert_int_equal(value_get(plan_of(f, HEAD ALL), "audits")->count, 0);
}

/* Each row is audited with its own declared settings below the audit's. */
static void test_rows_keep_their_own(void **state) {
  folder *f = *state;
  const value *plan =
      plan_of(f, HEAD TIGHT "measure = { solver = { 'rk45', atol = h.grid { 0.5, 0.25 } } }," ALL);
  const double atol[] = {0.5, 0.25};
  for (size_t i = 0; i < 2; i++) {
    const value *solver = value_get(audit_section(plan, i, "tight", "measure"), "solver");
    assert_true(value_get_number(solver, "atol", 0) == atol[i]);
    assert_true(value_get_number(solver, "rtol", 0) == 1e-6);
  }
}

/* A row without the setting is audited without it; a setting that no row has is an error. */
static void test_rows_that_lack_the_setting(void **state) {
  folder *f = *state;
  const char *const only[] = {"measure.solver=rk4", NULL};
  const char *text = HEAD TIGHT "measure = { solver = h.grid { 'rk4', 'rk45' } }," ALL;
  const value *plan = plan_of(f, text);
  assert_ptr_equal(audit_section(plan, 0, "tight", "measure"),
                   value_get(plan_config(plan, 0), "measure"));
  assert_true(rtol_of(audit_section(plan, 1, "tight", "measure")) == 1e-6);
  assert_int_equal(plan_rows(plan_with(f, text, NULL, only))->count, 1);
  plan_refused(f, HEAD TIGHT "measure = { solver = 'rk4' }," ALL,
               "x.lua:3: audits.tight.measure.solver.rtol: unknown setting; did you mean "
               "\"measure.solver.steps\"?");
}

static void test_the_audit_wins_over_set(void **state) {
  folder *f = *state;
  const char *const sets[] = {"measure.solver.rtol=1e-3", "measure.solver.atol=1e-3", NULL};
  const value *plan = plan_with(f, HEAD TIGHT ALL, sets, NULL);
  const value *audited = audit_section(plan, 0, "tight", "measure");
  assert_true(rtol_of(value_get(plan_config(plan, 0), "measure")) == 1e-3);
  assert_true(rtol_of(audited) == 1e-6);
  assert_true(value_get_number(value_get(audited, "solver"), "atol", 0) == 1e-3);
}

static void test_profile_changes_an_audit(void **state) {
  folder *f = *state;
  const value *plan;
  failure err = {0};
  const char *text =
      HEAD TIGHT "profiles = { p = { audits = { tight = { ['measure.solver.rtol'] = 0.5,\n"
                 "['dataset.test'] = 7 } } } }," ALL;
  assert_int_equal(plan_try(f, text, "p", NULL, NULL, &plan, &err), STATUS_OK);
  assert_true(rtol_of(audit_section(plan, 0, "tight", "measure")) == 0.5);
  assert_true(value_get_number(audit_section(plan, 0, "tight", "dataset"), "test", 0) == 7);
}

static void test_refused(void **state) {
  static const struct {
    const char *text, *message;
  } SCRIPTS[] = {
      {HEAD "audits = {\n a = { ['train.epochs'] = 5 } }," ALL,
       "x.lua:4: audits.a.train.epochs: an audit may change how a run is measured (dataset.test, "
       "dataset.test_path, measure), not how it is trained"},
      {HEAD "audits = { a = { ['dataset.train'] = 5 } }," ALL,
       "x.lua:3: audits.a.dataset.train: an audit may change how a run is measured (dataset.test, "
       "dataset.test_path, measure), not how it is trained"},
      {HEAD "audits = { a = { measure = 5 } }," ALL,
       "x.lua:3: audits.a.measure: an audit may change how a run is measured (dataset.test, "
       "dataset.test_path, measure), not how it is trained"},
      {HEAD "audits = { a = { measure = { every = 2 } } }," ALL,
       "x.lua:3: audits.a: settings must be [\"path\"] = value, such as [\"dataset.test\"] = "
       "10000"},
      {HEAD "audits = { a = {\n ['measure.evry'] = 2 } }," ALL,
       "x.lua:4: audits.a.measure.evry: unknown setting; did you mean \"measure.every\"?"},
      {HEAD "audits = { a = {\n ['measure.every'] = 'often' } }," ALL,
       "x.lua:4: audits.a.measure.every: must be a whole number from 1 to 1000000000, not a text"},
      {HEAD "audits = { a = { ['dataset.test'] = 20000 } }," ALL,
       "x.lua:3: audits.a.dataset.test: 20000 points are more than the 10000 made "
       "(dataset.test_pool)"},
      {HEAD "audits = { a = { ['dataset.test'] = h.grid { 1, 2 } } }," ALL,
       "x.lua:3: audits.a.dataset.test: a grid cannot be used here"},
      {HEAD
       "audits = { a = { ['measure.every'] = 2 } },\n measure = { every = h.grid { 1, 2 } }," ALL,
       "x.lua:3: audits.a: sets what the grid varies: it would measure row 1 as row 2 is measured; "
       "leave the setting out of one of the two"},
  };
  folder *f = *state;
  for (size_t i = 0; i < sizeof SCRIPTS / sizeof *SCRIPTS; i++)
    plan_refused(f, SCRIPTS[i].text, SCRIPTS[i].message);
}

/* The id of an audit is of its row, too. In earlier versions it was that of a row with the audit's
 * settings. */
static void test_id_is_of_its_row(void **state) {
  folder *f = *state;
  const char *const sets[] = {"measure.solver.rtol=1e-6", NULL};
  const value *catalogue = plan_catalogue(f, NULL);
  const value *plan = plan_of(f, HEAD TIGHT ALL);
  const value *audited = value_get(value_get(plan_rows(plan)->items[0], "audits"), "tight");
  identity row, set;
  char hex[33], own[33], other[33];
  assert_int_equal(identity_of(plan_config(plan, 0), catalogue, &row, NULL), STATUS_OK);
  assert_int_equal(identity_of_measure(audited, catalogue, row.train, NULL, hex, NULL), STATUS_OK);
  assert_int_equal(identity_of_measure(audited, catalogue, row.train, row.measure, own, NULL),
                   STATUS_OK);
  assert_int_equal(identity_of_measure(audited, catalogue, row.train, hex, other, NULL), STATUS_OK);
  assert_string_not_equal(own, hex);
  assert_string_not_equal(own, other);
  plan = plan_with(f, HEAD ALL, sets, NULL);
  assert_int_equal(identity_of(plan_config(plan, 0), catalogue, &set, NULL), STATUS_OK);
  assert_string_equal(hex, set.measure);
  assert_string_not_equal(hex, row.measure);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(test_sections_of_an_audit),       TEST(test_rows_keep_their_own),
      TEST(test_rows_that_lack_the_setting), TEST(test_the_audit_wins_over_set),
      TEST(test_profile_changes_an_audit),   TEST(test_refused),
      TEST(test_id_is_of_its_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
