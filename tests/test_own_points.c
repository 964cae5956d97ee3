/* Points of own files: which rows, centred as the data, refused where they do not fit; and what of
 * them is in identities. */
#include "fixture.h"
#include "plan_fixture.h"

#include "base/npy.h"
#include "job/dataset.h"
#include "job/own_points.h"
#include "job/settings.h"
#include "plan/identity.h"

#include <stdlib.h>

static const hifm_domain PLANE = {.d = 2};
static const hifm_domain PAIR = {.d = 2, .particles = 2, .space = 1, .centred = true};

/* The rows (0, 1), (2, 3), ... plus `more` in each first coordinate. */
static const char *write_rows(folder *f, const char *name, size_t n, double more) {
  const size_t shape[] = {n, 2};
  double rows[40];
  failure err;
  for (size_t i = 0; i < 2 * n; i++) rows[i] = (double)i + (i % 2 ? 0 : more);
  if (npy_write(folder_path(f, name), NPY_FLOAT64, 2, shape, rows, &err))
    fail_msg("%s", err.message);
  return folder_path(f, name);
}

/* { "test": count, "test_path": path, ... } of a kind. */
static value *asked(folder *f, size_t kind, double count, const char *path) {
  value *config = value_new(&f->memory, VALUE_MAP);
  value_put_number(&f->memory, config, settings_own_points[kind].count, count);
  value_put_text(&f->memory, config, settings_own_points[kind].path, path);
  return config;
}

static double first_of(const value *config, size_t kind, const hifm_domain *domain, size_t *count) {
  double *points;
  failure err;
  if (own_points_read(config, kind, domain, &points, count, &err)) fail_msg("%s", err.message);
  const double first = points[0];
  free(points);
  return first;
}

static void refused(const value *config, const char *words) {
  failure err;
  assert_int_equal(own_points_check(config, &PLANE, &err), STATUS_BAD_INPUT);
  if (!strstr(err.message, words)) fail_msg("%s", err.message);
}

static void tests_are_first_validation_is_last(void **state) {
  folder *f = *state;
  size_t n;
  const char *path = write_rows(f, "a.npy", 10, 0);
  fixture_near(first_of(asked(f, OWN_TEST, 3, path), OWN_TEST, &PLANE, &n), 0, 0);
  assert_int_equal(n, 3);
  fixture_near(first_of(asked(f, OWN_VALIDATION, 3, path), OWN_VALIDATION, &PLANE, &n), 14, 0);
  fixture_near(first_of(asked(f, OWN_TEST, SETTINGS_ALL_ROWS, path), OWN_TEST, &PLANE, &n), 0, 0);
  assert_int_equal(n, 10);
}

static void particles_are_centred(void **state) {
  folder *f = *state;
  size_t n;
  const char *path = write_rows(f, "a.npy", 4, 100);
  fixture_near(first_of(asked(f, OWN_TEST, 4, path), OWN_TEST, &PAIR, &n), 49.5, 0);
}

static void what_does_not_fit_is_refused(void **state) {
  folder *f = *state;
  const size_t shape[] = {2, 3};
  const double wide[] = {1, 2, 3, 4, 5, 6};
  const char *path = write_rows(f, "a.npy", 4, 0);
  refused(asked(f, OWN_TEST, 5, path), "dataset.test_path: ");
  refused(asked(f, OWN_VALIDATION, 5, path), "5 points are asked for by dataset.validation, but "
                                             "the file has 4");
  value *changed = asked(f, OWN_TEST, 4, path);
  value_put_text(&f->memory, changed, "test_content", "0123");
  refused(changed, "the file has changed since the script was read");
  write_rows(f, "b.npy", 4, NAN);
  refused(asked(f, OWN_TEST, 4, folder_path(f, "b.npy")), "row 0, coordinate 0 is not finite");
  assert_int_equal(npy_write(folder_path(f, "c.npy"), NPY_FLOAT64, 2, shape, wide, NULL),
                   STATUS_OK);
  refused(asked(f, OWN_TEST, 2, folder_path(f, "c.npy")), "3 coordinates a point");
}

/* Points of own files are not of the data set, but two parts of one file may share no row. */
static void parts_of_one_file_share_no_row(void **state) {
  folder *f = *state;
  value *config = asked(f, OWN_TEST, 8, "a.npy");
  assert_int_equal(dataset_has(config, "test", 0, NULL), STATUS_OK);
  value_put_number(&f->memory, config, "validation", 3);
  assert_int_equal(dataset_check_split(config, 0, 3, NULL), STATUS_OK);
  assert_int_equal(dataset_check_split(config, 0, 2, NULL), STATUS_BAD_INPUT);
  value_put_text(&f->memory, config, "validation_path", "b.npy");
  assert_int_equal(dataset_check_split(config, 0, 0, NULL), STATUS_OK);
  value_put_text(&f->memory, config, "test_content", "0123");
  value_put_text(&f->memory, config, "validation_content", "0123");
  value_put_number(&f->memory, config, "test_rows", 11);
  assert_int_equal(dataset_check_split(config, 0, 0, NULL), STATUS_OK);
  value_put_number(&f->memory, config, "test_rows", 10);
  assert_int_equal(dataset_check_split(config, 0, 0, NULL), STATUS_BAD_INPUT);
}

/* ---- identities ---- */

#define FILED(more)                                                                                \
  HEAD FLOW NETWORK TRAIN "dataset = { 'file', path = 'a.npy', train = 10, " more " }"
#define MADE(more)                                                                                 \
  HEAD FLOW NETWORK TRAIN                                                                          \
      "dataset = { 'mcmc', energy = 'morse', particles = 4, train = 100, " more " }"

static identity of(folder *f, const char *text) {
  identity id;
  failure err = {0};
  const value *config = plan_config(plan_of(f, text), 0);
  if (identity_of(config, plan_catalogue(f, NULL), &id, &err)) fail_msg("%s", err.message);
  return id;
}

/* Which of data, train and measure are equal; a dot where they differ. */
#define ASSERT_SAME(x, y, expected)                                                                \
  assert_string_equal(arena_format(&f->memory, "%s %s %s", strcmp(x.data, y.data) ? "." : "data",  \
                                   strcmp(x.train, y.train) ? "." : "train",                       \
                                   strcmp(x.measure, y.measure) ? "." : "measure"),                \
                      expected)

static void own_points_are_of_the_measurement(void **state) {
  folder *f = *state;
  write_rows(f, "a.npy", 20, 0);
  write_rows(f, "b.npy", 5, 1);
  write_rows(f, "c.npy", 5, 2);
  const identity plain = of(f, FILED("test = 2") "}"), b = of(f, FILED("test_path = 'b.npy'") "}"),
                 five = of(f, FILED("test_path = 'b.npy', test = 5") "}"),
                 four = of(f, FILED("test_path = 'b.npy', test = 4") "}"),
                 c = of(f, FILED("test_path = 'c.npy'") "}"),
                 validated = of(f, FILED("test = 2, validation_path = 'c.npy'") "}");
  ASSERT_SAME(plain, b, ". . ."); /* all rows are for training */
  ASSERT_SAME(b, five, "data train measure");
  ASSERT_SAME(b, four, "data train .");
  ASSERT_SAME(b, c, "data train .");
  ASSERT_SAME(plain, validated, "data train .");
  const identity made = of(f, MADE("test = 5") "}"), own = of(f, MADE("test_path = 'b.npy'") "}");
  ASSERT_SAME(made, own, "data train .");
  write_rows(f, "b.npy", 5, 3);
  ASSERT_SAME(b, of(f, FILED("test_path = 'b.npy'") "}"), "data train .");
}

static void an_energy_of_a_file_is_of_its_samples(void **state) {
  folder *f = *state;
  write_rows(f, "a.npy", 20, 0);
#define SAMPLED(energy) FILED("test = 2" energy) ", measure = { samples = 10 } }"
  ASSERT_SAME(of(f, FILED("test = 2") "}"), of(f, FILED("test = 2, energy = 'double_well'") "}"),
              "data train measure");
  ASSERT_SAME(of(f, SAMPLED(", energy = 'double_well'")), of(f, SAMPLED(", energy = 'wrapped'")),
              "data train .");
  plan_refused_with(f, SAMPLED(""), "measure.samples: importance weights need the energy");
  plan_refused_with(f, FILED("test = 2, energy = 'lennard_jones'") "}", "is a sum over pairs");
  plan_refused_with(f, FILED("test = 2, energy = {}") "}", "dataset.energy: must name a plugin");
}

static void an_audit_takes_all_points_of_its_file(void **state) {
  folder *f = *state;
  write_rows(f, "b.npy", 5, 1);
#define AUDITED(more)                                                                              \
  MADE("test = 3") ", audits = { x = { ['dataset.test_path'] = 'b.npy'" more " } } }"
  const value *row = value_get(plan_of(f, AUDITED("")), "rows")->items[0];
  const value *audit = value_get(value_get(value_get(row, "audits"), "x"), "dataset");
  fixture_near(value_get_number(audit, "test", 0), 5, 0);
  fixture_near(value_get_number(value_get(value_get(row, "config"), "dataset"), "test", 0), 3, 0);
  row = value_get(plan_of(f, AUDITED(", ['dataset.test'] = 2")), "rows")->items[0];
  audit = value_get(value_get(value_get(row, "audits"), "x"), "dataset");
  fixture_near(value_get_number(audit, "test", 0), 2, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(tests_are_first_validation_is_last, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(particles_are_centred, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(parts_of_one_file_share_no_row, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(own_points_are_of_the_measurement, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(an_energy_of_a_file_is_of_its_samples, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(an_audit_takes_all_points_of_its_file, folder_set_up,
                                      folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
