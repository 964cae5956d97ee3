/* Importance weights, Bennett's ratio and the Wasserstein distance against closed forms. */
#include "base/memory.h"
#include "fixture.h"
#include "hifm/rng.h"
#include "job/bennett.h"
#include "job/importance.h"
#include "job/wasserstein.h"

#include <math.h>

enum { N = 20000, M = 5000 };

static const double LOG_TWO_PI = 1.8378770664093453;

/* log w [n] of a normal target of deviation t, without its normaliser, at points of the normal of
 * deviation s; points are drawn with deviation `drawn`. */
static double *weigh(size_t n, uint32_t seed, double drawn, double s, double t) {
  double *log_w = memory_array(n, sizeof *log_w);
  hifm_normals((hifm_stream){seed, HIFM_RNG_CHECK}, 0, 0, n, log_w);
  for (size_t i = 0; i < n; i++) {
    const double x = drawn * log_w[i];
    log_w[i] = -0.5 * x * x / (t * t) + 0.5 * x * x / (s * s) + log(s) + 0.5 * LOG_TWO_PI;
  }
  return log_w;
}

static void equal_weights(void **state) {
  (void)state;
  const double log_w[] = {-700, -700, -700, -700};
  const importance w = importance_of(log_w, 4, 0);
  fixture_near(w.ess, 1, 1e-14);
  fixture_near(w.ess_low, 1, 1e-14);
  fixture_near(w.ess_high, 1, 1e-14);
  fixture_near(w.ess_clipped, 1, 1e-14);
  fixture_near(w.largest, 0.25, 1e-14);
  fixture_near(w.log_z, -700, 1e-12);
  fixture_near(w.log_z_se, 0, 1e-7);
}

/* By hand: w = 1, 3, 0: (1 + 3)^2 / (1 + 9) / 3. */
static void few_weights(void **state) {
  (void)state;
  const double log_w[] = {1000, 1000 + log(3), -INFINITY};
  const importance w = importance_of(log_w, 3, 0);
  fixture_near(w.ess, 1.6 / 3, 1e-14);
  fixture_near(w.largest, 0.75, 1e-12);
  fixture_near(w.log_z, 1000 + log(4.0 / 3), 1e-12);
  assert_true(w.ess_low == 0 && w.ess_high <= 1 + 1e-14); /* some draws have only the zero */
}

/* E_q[w]^2 / E_q[w^2] of normals of deviations s and t in one dimension. */
static double exact_share(double s, double t) {
  return t * t / (s * s) * sqrt(2 * s * s / (t * t) - 1);
}

static void weights_have_a_mean_of_one(void **state) {
  (void)state;
  const double log_w[] = {1000, 1000 + log(3), -INFINITY}, nothing[] = {-INFINITY, -INFINITY};
  double w[3];
  assert_true(importance_weights(log_w, 3, w));
  fixture_near(w[0], 0.75, 1e-12);
  fixture_near(w[1], 2.25, 1e-12);
  fixture_near(w[2], 0, 0);
  assert_false(importance_weights(nothing, 2, w));
}

static void wrong_scale(void **state) {
  (void)state;
  const double s = 1.3, t = 1;
  double *log_w = weigh(N, 1, s, s, t);
  const importance w = importance_of(log_w, N, 0);
  assert_true(w.ess_low < exact_share(s, t) && exact_share(s, t) < w.ess_high);
  assert_true(w.ess_high - w.ess_low < 0.02);
  assert_true(w.ess_low < w.ess && w.ess < w.ess_high);
  assert_true(w.ess_clipped >= w.ess);
  fixture_near(w.log_z, 0.5 * LOG_TWO_PI + log(t), 4 * w.log_z_se);
  fixture_near(w.log_z_se, sqrt((1 / exact_share(s, t) - 1) / N), 1e-4);
  free(log_w);
}

static void the_interval_is_a_function_of_the_seed(void **state) {
  (void)state;
  double *log_w = weigh(M, 1, 1.3, 1.3, 1);
  const importance a = importance_of(log_w, M, 5), b = importance_of(log_w, M, 5),
                   c = importance_of(log_w, M, 6);
  assert_true(a.ess_low == b.ess_low && a.ess_high == b.ess_high);
  assert_true(a.ess_low != c.ess_low);
  free(log_w);
}

static void no_weights(void **state) {
  (void)state;
  const double nothing[] = {-INFINITY, -INFINITY}, broken[] = {0, NAN}, infinite[] = {0, INFINITY};
  assert_true(isnan(importance_of(nothing, 2, 0).ess));
  assert_true(isnan(importance_of(broken, 2, 0).log_z));
  assert_true(isnan(importance_of(infinite, 2, 0).ess_clipped));
  assert_true(isnan(importance_of(nothing, 0, 0).largest));
  assert_true(isnan(bennett_of(nothing, 2, broken, 2).log_z));
  assert_true(isnan(bennett_of(nothing, 0, nothing, 0).se));
}

/* Both sides; unequal numbers of points. The closed form is within 4 standard errors. */
static void bennett(void **state) {
  (void)state;
  const double s = 1.5, t = 0.8;
  double *flow = weigh(N, 1, s, s, t), *target = weigh(M, 2, t, s, t);
  const bennett_estimate both = bennett_of(flow, N, target, M);
  const importance alone = importance_of(flow, N, 0);
  fixture_near(both.log_z, 0.5 * LOG_TWO_PI + log(t), 4 * both.se);
  assert_true(both.se > 0 && both.se < 0.02);
  assert_true(both.se <= alone.log_z_se);
  free(flow);
  free(target);
}

/* The spread of estimates of many draws is the standard error that each has. */
static void errors_of_bennett(void **state) {
  (void)state;
  enum { DRAWS = 200, POINTS = 200 };
  double mean = 0, squares = 0, se = 0;
  for (uint32_t k = 0; k < DRAWS; k++) {
    double *flow = weigh(POINTS, 2 * k, 1.5, 1.5, 0.8);
    double *target = weigh(POINTS, 2 * k + 1, 0.8, 1.5, 0.8);
    const bennett_estimate both = bennett_of(flow, POINTS, target, POINTS);
    mean += both.log_z / DRAWS;
    squares += both.log_z * both.log_z / DRAWS;
    se += both.se / DRAWS;
    free(flow);
    free(target);
  }
  fixture_near(sqrt(squares - mean * mean) / se, 1, 0.15);
}

/* Where the flow is the target, log w is log Z everywhere. */
static void a_perfect_flow(void **state) {
  (void)state;
  const double log_w[] = {2.5, 2.5, 2.5};
  const bennett_estimate both = bennett_of(log_w, 3, log_w, 2);
  fixture_near(both.log_z, 2.5, 1e-12);
  fixture_near(both.se, 0, 1e-6);
}

static void distances(void **state) {
  (void)state;
  double x[] = {3, 1, 2}, y[] = {2, 3, 4}, one[] = {0}, two[] = {1, -3}, nan[] = {NAN};
  fixture_near(wasserstein_distance(x, 3, y, 3), 1, 1e-14);
  fixture_near(wasserstein_distance(x, 3, x, 3), 0, 1e-14);
  fixture_near(wasserstein_distance(one, 1, two, 2), 2, 1e-14); /* (1 + 3) / 2 */
  fixture_near(wasserstein_distance(two, 2, one, 1), 2, 1e-14);
  assert_true(isnan(wasserstein_distance(one, 1, nan, 1)));
  assert_true(isnan(wasserstein_distance(one, 0, two, 2)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equal_weights),     cmocka_unit_test(few_weights),
      cmocka_unit_test(wrong_scale),       cmocka_unit_test(the_interval_is_a_function_of_the_seed),
      cmocka_unit_test(no_weights),        cmocka_unit_test(bennett),
      cmocka_unit_test(errors_of_bennett), cmocka_unit_test(a_perfect_flow),
      cmocka_unit_test(distances),         cmocka_unit_test(weights_have_a_mean_of_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
