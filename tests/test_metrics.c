/* The table of metrics: what a history row gets from it, and one more metric. */
#include "base/memory.h"
#include "fakes/linear.h"
#include "fixture.h"
#include "job/metrics.h"

#include <math.h>

enum { POINTS = 5, D = 2 };

static size_t evaluations;

static bool divergence(const void *self, const hifm_task *task, const float *w,
                       const hifm_batch *batch, float *v, float *out, void *memory) {
  linear_forward(self, task, w, batch, v, memory);
  for (size_t b = 0; b < batch->n; b++) out[b] = *w * (float)task->domain->d;
  evaluations++;
  return true;
}

static const hifm_network_ops OPS = {.tensors = linear_tensors,
                                     .chunk = linear_chunk,
                                     .work = linear_work,
                                     .forward = linear_forward,
                                     .divergence = divergence};
static const hifm_plugin LINEAR = {
    .abi = HIFM_ABI, .kind = HIFM_NETWORK, .name = "linear", .ops = {.network = &OPS}};
static const hifm_domain PLAIN = {.d = D};

/* A metric as its file would have it: the mean of |x|^2 and its standard error over the points. */
static status_code measure_radius(const metric *self, measurement *m, double *out, double *se,
                                  failure *err) {
  (void)self;
  double squares = 0;
  (void)err;
  *out = 0;
  for (size_t b = 0; b < m->count; b++) {
    double r = 0;
    for (size_t i = 0; i < D; i++) r += m->points[b * D + i] * m->points[b * D + i];
    *out += r / (double)m->count;
    squares += r * r / (double)m->count;
  }
  *se = sqrt((squares - *out * *out) / (double)(m->count - 1));
  return STATUS_OK;
}

static status_code measure_nothing(const metric *self, measurement *m, double *out, double *se,
                                   failure *err) {
  (void)self;
  (void)m, (void)out, (void)se, (void)err;
  return STATUS_OK;
}

static status_code measure_failure(const metric *self, measurement *m, double *out, double *se,
                                   failure *err) {
  (void)self;
  (void)m, (void)out, (void)se;
  return failure_set(err, STATUS_BAD_INPUT, "no samples");
}

/* METRICS and one more line. */
static const metric *extend(metric *table, metric line) {
  size_t count = 0;
  while (METRICS[count].name) count++;
  memcpy(table, METRICS, count * sizeof *table);
  table[count] = line;
  table[count + 1] = (metric){.name = NULL};
  return &table[count];
}

static status_code measure(const metric *table, uint64_t attempts, arena *a, value **row,
                           failure *err) {
  const fixture_setting settings[] = {{"rtol", 1e-3}, {"atol", 1e-3}, {NULL, 0}};
  const double points[POINTS * D] = {1, 2, -1, 0.5, 0, 1, 3, -2, 0.25, 1};
  const float w = 1;
  network net;
  measure_settings set = {.solver = fixture_bind("solvers/rk45", &PLAIN, settings),
                          .max_attempts = attempts};
  assert_int_equal(network_open(&net, (hifm_bound){&LINEAR, NULL}, &PLAIN, false, POINTS, err),
                   STATUS_OK);
  measurement m = {.net = &net, .w = &w, .points = points, .count = POINTS, .settings = &set};
  *row = value_new(a, VALUE_MAP);
  status_code status = metrics_measure(table, &m, a, *row, err);
  network_close(&net);
  fixture_drop(&set.solver);
  return status;
}

static void expect_keys(const value *row, const char *const *keys, size_t count) {
  assert_int_equal(row->count, count);
  for (size_t i = 0; i < count; i++)
    if (!value_get(row, keys[i])) fail_msg("no %s in the row", keys[i]);
}

static void a_row_has_every_metric(void **state) {
  static const char *const KEYS[] = {"nll", "nll_se", "nfe", "attempts", "rejected", "solver"};
  (void)state;
  arena a = {0};
  value *row;
  evaluations = 0;
  assert_int_equal(measure(METRICS, 100, &a, &row, NULL), STATUS_OK);
  expect_keys(row, KEYS, 6);
  assert_string_equal(value_get_text(row, "solver", ""), "ok");
  fixture_near(value_get_number(row, "nfe", 0), (double)evaluations, 0); /* one solve for all */
  arena_close(&a);
}

static void one_more_line_is_one_more_metric(void **state) {
  static const char *const KEYS[] = {"nll",      "nll_se", "nfe",    "attempts",
                                     "rejected", "solver", "radius", "radius_se"};
  (void)state;
  arena a = {0};
  value *row;
  metric table[METRICS_MAX + 2];
  const metric *added = extend(
      table, (metric){.name = "radius", .unit = "", .has_se = true, .measure = measure_radius});
  assert_int_equal(measure(table, 100, &a, &row, NULL), STATUS_OK);
  expect_keys(row, KEYS, 8);
  fixture_near(value_get_number(row, "radius", 0), (5 + 1.25 + 1 + 13 + 1.0625) / 5, 1e-12);
  fixture_near(metrics_get(added, row), value_get_number(row, "radius", 0), 0);
  arena_close(&a);
}

static void a_value_of_nan_is_left_out(void **state) {
  (void)state;
  arena a = {0};
  value *row;
  metric table[METRICS_MAX + 2];
  const metric *added =
      extend(table, (metric){.name = "nothing", .unit = "", .measure = measure_nothing});
  assert_int_equal(measure(table, 100, &a, &row, NULL), STATUS_OK);
  assert_null(value_get(row, "nothing"));
  assert_true(isnan(metrics_get(added, row)));
  arena_close(&a);
}

static void a_failing_metric_ends_the_measurement(void **state) {
  (void)state;
  arena a = {0};
  value *row;
  failure err = {0};
  metric table[METRICS_MAX + 2];
  extend(table, (metric){.name = "samples", .unit = "", .measure = measure_failure});
  assert_int_equal(measure(table, 100, &a, &row, &err), STATUS_BAD_INPUT);
  assert_string_equal(err.message, "no samples");
  arena_close(&a);
}

/* The row keeps the evaluations until the failure, but they are not an NFE. */
static void a_failed_solve_has_no_nll_and_no_nfe(void **state) {
  (void)state;
  arena a = {0};
  value *row;
  assert_int_equal(measure(METRICS, 1, &a, &row, NULL), STATUS_OK);
  assert_string_not_equal(value_get_text(row, "solver", "ok"), "ok");
  assert_null(value_get(row, "nll"));
  assert_null(value_get(row, "nll_se"));
  assert_true(value_get_number(row, "nfe", 0) > 0);
  for (const metric *each = METRICS; each->name; each++)
    assert_int_equal(isnan(metrics_get(each, row)) != 0, each->needs_solution);
  arena_close(&a);
}

/* The names are columns of history.csv; METRICS_BEST is one of them. */
static void names_are_unique(void **state) {
  (void)state;
  bool best = false;
  for (const metric *each = METRICS; each->name; each++) {
    best = best || strcmp(each->name, METRICS_BEST) == 0;
    assert_true(each->meaning && each->title && each->unit && each->measure);
    for (const metric *other = METRICS; other < each; other++)
      assert_string_not_equal(each->name, other->name);
  }
  assert_true(best);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_row_has_every_metric),
      cmocka_unit_test(one_more_line_is_one_more_metric),
      cmocka_unit_test(a_value_of_nan_is_left_out),
      cmocka_unit_test(a_failing_metric_ends_the_measurement),
      cmocka_unit_test(a_failed_solve_has_no_nll_and_no_nfe),
      cmocka_unit_test(names_are_unique),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
