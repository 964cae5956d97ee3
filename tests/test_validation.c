/* Validation points choose weights, not data or training: plans and identities. */
#include "plan_fixture.h"

#include "plan/identity.h"

#define CHOSEN(more)                                                                               \
  HEAD FLOW NETWORK TRAIN                                                                          \
      "dataset = { 'mcmc', energy = 'morse', particles = 4, train = 100, " more " },\n"
#define STOPPED(points, more)                                                                      \
  HEAD FLOW NETWORK                                                                                \
      "dataset = { 'mcmc', energy = 'morse', particles = 4, train = 100, validation = " points     \
      " },\ntrain = { batch = 10, epochs = 2, patience = 3 }," more "}"

static identity of(folder *f, const char *text) {
  identity id;
  failure err = {0};
  const value *config = plan_config(plan_of(f, text), 0);
  if (identity_of(config, plan_catalogue(f, NULL), &id, &err)) fail_msg("%s", err.message);
  return id;
}

static void it_makes_no_other_data_and_trains_nothing(void **state) {
  folder *f = *state;
  const identity plain = of(f, CHOSEN("") "}"), zero = of(f, CHOSEN("validation = 0") "}"),
                 ten = of(f, CHOSEN("validation = 10") "}"),
                 fewer_tests = of(f, CHOSEN("validation = 10, test = 50") "}"),
                 twenty = of(f, CHOSEN("validation = 20") "}");
  assert_string_equal(plain.measure, zero.measure);
  assert_string_equal(plain.data, ten.data);
  assert_string_equal(plain.train, ten.train);
  assert_string_not_equal(plain.measure, ten.measure);
  assert_string_not_equal(plain.family, ten.family);
  assert_string_equal(ten.measure, fewer_tests.measure); /* no test point has a part in it */
  assert_string_not_equal(ten.measure, twenty.measure);
}

static void audits_are_of_test_points(void **state) {
  folder *f = *state;
  const value *catalogue = plan_catalogue(f, NULL);
  const value *plain = plan_config(plan_of(f, CHOSEN("") "}"), 0),
              *chosen = plan_config(plan_of(f, CHOSEN("validation = 10") "}"), 0);
  const char *row = "0123456789abcdef0123456789abcdef";
  char one[33], other[33];
  assert_int_equal(identity_of_measure(plain, catalogue, row, row, one, NULL), STATUS_OK);
  assert_int_equal(identity_of_measure(chosen, catalogue, row, row, other, NULL), STATUS_OK);
  assert_string_equal(one, other);
}

static void the_test_points_are_an_audit(void **state) {
  folder *f = *state;
  const char *more = "audits = { tight = { ['measure.solver.rtol'] = 1e-6 } } }";
  const value *audits = value_get(
      plan_of(f, arena_format(&f->memory, "%s%s", CHOSEN("validation = 10"), more)), "audits");
  assert_int_equal(audits->count, 2);
  assert_string_equal(audits->keys[0], "test");
  assert_string_equal(audits->keys[1], "tight");
  audits = value_get(plan_of(f, CHOSEN("validation = h.grid { 0, 10 }") "}"), "audits");
  assert_int_equal(audits->count, 1);
  assert_int_equal(value_get(plan_of(f, CHOSEN("") "}"), "audits")->count, 0);
  plan_of(f, CHOSEN("") "audits = { test = { ['dataset.test'] = 50 } } }");
  plan_refused_with(f, CHOSEN("validation = 10") "audits = { test = { ['dataset.test'] = 50 } } }",
                    "audits.test: with dataset.validation hifm adds an audit of this name");
}

static void no_point_is_of_both(void **state) {
  folder *f = *state;
  plan_of(f, CHOSEN("test = 30, test_pool = 40, validation = 10") "}");
  plan_refused_with(f, CHOSEN("test = 30, test_pool = 40, validation = 11") "}",
                    "dataset.validation: 11 points, and 30 by dataset.test, are asked for, but "
                    "there are 40. Both are of the test points made (dataset.test_pool)");
  plan_refused_with(
      f,
      CHOSEN("test = 30, test_pool = 40, validation = 10") "audits = { more = { ['dataset.test'] = "
                                                           "31 } } }",
      "audits.more.dataset.validation: 10 points, and 31 by dataset.test");
}

/* Another measurement may stop the training at another step. */
static void patience_is_of_its_measurement(void **state) {
  folder *f = *state;
  plan_refused_with(f, STOPPED("0", ""), "train.patience: without dataset.validation the test");
  const identity base = of(f, STOPPED("10", "")), more = of(f, STOPPED("20", "")),
                 seldom = of(f, STOPPED("10", "measure = { every = 2 }")),
                 never = of(f, CHOSEN("validation = 10") "}");
  assert_string_equal(base.data, more.data);
  assert_string_not_equal(base.train, more.train);
  assert_string_not_equal(base.train, seldom.train);
  assert_string_not_equal(base.train, never.train);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(it_makes_no_other_data_and_trains_nothing),
                                     TEST(audits_are_of_test_points),
                                     TEST(the_test_points_are_an_audit), TEST(no_point_is_of_both),
                                     TEST(patience_is_of_its_measurement)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
