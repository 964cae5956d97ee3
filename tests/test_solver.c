/* Solvers: RK45 takes SciPy's steps; failures keep the last accepted state. */
#include "fixture.h"
#include "hifm/solver.h"

#include <math.h>

enum { MOST = 512 };

typedef struct trace {
  size_t count;
  double t[MOST], y[MOST][2];
} trace;

typedef struct equation {
  void (*slope)(double t, const double *y, double *dy);
  trace steps;
} equation;

static hifm_status evaluate(void *context, double t, const double *y, double *dy, hifm_error *err) {
  (void)err;
  ((equation *)context)->slope(t, y, dy);
  return HIFM_OK;
}

static void record(void *context, double t, const double *y) {
  trace *steps = &((equation *)context)->steps;
  assert_true(steps->count < MOST);
  steps->t[steps->count] = t;
  memcpy(steps->y[steps->count++], y, 2 * sizeof *y);
}

static hifm_status solve(const char *name, const fixture_setting *settings, equation *eq,
                         uint64_t max_attempts, double t0, double t1, double *y,
                         hifm_solve_stats *stats, hifm_error *err) {
  const hifm_domain domain = {.d = 2};
  hifm_bound bound = fixture_bind(name, &domain, settings);
  const hifm_solver_ops *ops = bound.plugin->ops.solver;
  double *scratch = malloc(ops->scratch(bound.self, 2) * sizeof *scratch);
  const hifm_problem problem = {2, evaluate, record, eq, max_attempts};
  hifm_status status = ops->advance(bound.self, &problem, t0, t1, y, scratch, stats, err);
  free(scratch);
  fixture_drop(&bound);
  return status;
}

static void van_der_pol(double t, const double *y, double *dy) {
  (void)t;
  dy[0] = y[1];
  dy[1] = 8 * (1 - y[0] * y[0]) * y[1] - y[0];
}

static void wavy(double t, const double *y, double *dy) {
  dy[0] = y[1] * cos(3 * t);
  dy[1] = -y[0] + t * t;
}

/* Recorded with scipy.integrate.RK45 of SciPy 1.10.1: times and states of accepted steps, nfev. */
static void same_as_scipy(const double (*rows)[3], size_t count, uint64_t nfev, const equation *eq,
                          const hifm_solve_stats *stats) {
  assert_int_equal(eq->steps.count, count);
  assert_int_equal(stats->nfev, nfev);
  assert_int_equal(stats->accepted, count);
  assert_int_equal(stats->nfev, 2 + 6 * stats->attempts);
  assert_int_equal(stats->attempts, stats->accepted + stats->rejected);
  for (size_t i = 0; i < count; i++) {
    fixture_near(eq->steps.t[i], rows[i][0], 1e-9 * (1 + fabs(rows[i][0])));
    for (size_t k = 0; k < 2; k++)
      fixture_near(eq->steps.y[i][k], rows[i][k + 1], 1e-7 * (1 + fabs(rows[i][k + 1])));
  }
}

static void from_one_to_zero(void **state) {
  static const double rows[][3] = {{0.83000045403011669, 0.92345907454569065, -0.47952042948824863},
                                   {0, 0.89863904356553281, 0.063640247087855595}};
  const fixture_setting loose[] = {{"rtol", 1e-2}, {"atol", 1e-2}, {NULL, 0}};
  equation eq = {.slope = wavy};
  hifm_solve_stats stats;
  double y[2] = {1, -0.5};
  (void)state;
  assert_int_equal(solve("solvers/rk45", loose, &eq, 0, 1, 0, y, &stats, NULL), HIFM_OK);
  same_as_scipy(rows, 2, 14, &eq, &stats);
}

static void tight_tolerance(void **state) {
  static const double rows[][3] = {
      {0.97825374771959184, 0.98929587120582707, -0.49964715221398454},
      {0.7856178334582542, 0.90762896729243958, -0.46786387182305633},
      {0.60254150224856784, 0.86864723583982872, -0.39464768165380892},
      {0.43233330680511806, 0.86899463099583418, -0.29316847800165391},
      {0.26139150306177772, 0.88790227971278224, -0.16407768157591132},
      {0.11688037883219063, 0.90000214163005487, -0.040174575534066698},
      {0, 0.89855990420806364, 0.064518701410328325}};
  const fixture_setting tight[] = {{"rtol", 1e-6}, {"atol", 1e-8}, {NULL, 0}};
  equation eq = {.slope = wavy};
  hifm_solve_stats stats;
  double y[2] = {1, -0.5};
  (void)state;
  assert_int_equal(solve("solvers/rk45", tight, &eq, 0, 1, 0, y, &stats, NULL), HIFM_OK);
  same_as_scipy(rows, 7, 50, &eq, &stats);
}

static void rejected_steps(void **state) {
  static const double rows[][3] = {
      {0.078315256612638773, 1.9963182556326893, -0.068767231757812977},
      {0.17485406892319541, 1.9887380571513054, -0.081070794939749502},
      {0.30985461757323496, 1.9773853565935693, -0.082472696353598759},
      {0.49123243402480243, 1.9615877395531764, -0.075887642807273906},
      {0.62837857511571993, 1.9498793959039271, -0.079692474469520921},
      {0.76552471620663742, 1.9380381179031403, -0.083141932818143152},
      {0.92546048944768655, 1.9238455038934368, -0.082250526732386087},
      {1.0996637863004488, 1.9079075403484638, -0.075639372346220354},
      {1.2426484564147038, 1.8952363090565481, -0.082693705738765902},
      {1.3856331265289588, 1.8823314227905399, -0.087818277072245987},
      {1.5536926697896396, 1.8666901875850557, -0.088380529967395496},
      {1.7451514486628406, 1.8482748935853541, -0.083164748282174586}};
  const fixture_setting loose[] = {{"rtol", 1e-2}, {"atol", 1e-2}, {NULL, 0}};
  equation eq = {.slope = van_der_pol};
  hifm_solve_stats stats;
  double y[2] = {2, 0};
  (void)state;
  assert_int_equal(solve("solvers/rk45", loose, &eq, 0, 0, 8, y, &stats, NULL), HIFM_OK);
  assert_int_equal(stats.nfev, 296);
  assert_int_equal(stats.accepted, 42);
  assert_int_equal(stats.rejected, 7);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    fixture_near(eq.steps.t[i], rows[i][0], 1e-9);
    fixture_near(eq.steps.y[i][0], rows[i][1], 1e-7);
  }
  fixture_near(eq.steps.t[41], 8, 0);
  fixture_near(y[0], -1.993384893323193, 1e-5);
}

static void explodes(double t, const double *y, double *dy) {
  (void)t;
  dy[0] = y[0] * y[0]; /* infinite at t = 1 when y(0) = 1 */
  dy[1] = 0;
}

static void failure_keeps_last_accepted_state(void **state) {
  const fixture_setting tight[] = {{"rtol", 1e-6}, {"atol", 1e-6}, {NULL, 0}};
  equation eq = {.slope = explodes};
  hifm_solve_stats stats;
  hifm_error err = {0};
  double y[2] = {1, 3};
  (void)state;
  assert_int_equal(solve("solvers/rk45", tight, &eq, 0, 0, 2, y, &stats, &err), HIFM_DIVERGED);
  assert_non_null(strstr(err.message, "step size fell below"));
  assert_int_equal(eq.steps.count, stats.accepted);
  fixture_near(y[0], eq.steps.y[eq.steps.count - 1][0], 0);
  fixture_near(y[1], 3, 0);
  assert_true(eq.steps.t[eq.steps.count - 1] < 1.01);
}

static void attempts_are_limited(void **state) {
  equation eq = {.slope = van_der_pol};
  hifm_solve_stats stats;
  hifm_error err = {0};
  double y[2] = {2, 0};
  (void)state;
  assert_int_equal(solve("solvers/rk45", NULL, &eq, 5, 0, 8, y, &stats, &err), HIFM_DIVERGED);
  assert_int_equal(stats.attempts, 5);
  assert_non_null(strstr(err.message, "5 steps tried"));
}

static void not_a_number(double t, const double *y, double *dy) {
  (void)t, (void)y;
  dy[0] = dy[1] = NAN;
}

static void start_must_be_finite(void **state) {
  equation eq = {.slope = not_a_number};
  hifm_solve_stats stats;
  hifm_error err = {0};
  double y[2] = {2, 0};
  (void)state;
  assert_int_equal(solve("solvers/rk45", NULL, &eq, 0, 0, 8, y, &stats, &err), HIFM_DIVERGED);
  fixture_near(y[0], 2, 0);
}

static double error_of(const char *name, double steps) {
  const fixture_setting settings[] = {{"steps", steps}, {NULL, 0}};
  equation eq = {.slope = wavy};
  hifm_solve_stats stats;
  double y[2] = {1, -0.5};
  assert_int_equal(solve(name, settings, &eq, 0, 1, 0, y, &stats, NULL), HIFM_OK);
  assert_int_equal(stats.accepted, (uint64_t)steps);
  return fabs(y[0] - 0.898559837033336);
}

/* Halving the step divides the error by 2^order. The reference: SciPy's DOP853 at 1e-13. */
static void fixed_steps_have_their_order(void **state) {
  (void)state;
  fixture_near(log2(error_of("solvers/euler", 256) / error_of("solvers/euler", 512)), 1, 0.15);
  fixture_near(log2(error_of("solvers/rk4", 16) / error_of("solvers/rk4", 32)), 4, 0.15);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(from_one_to_zero),
      cmocka_unit_test(tight_tolerance),
      cmocka_unit_test(rejected_steps),
      cmocka_unit_test(failure_keeps_last_accepted_state),
      cmocka_unit_test(attempts_are_limited),
      cmocka_unit_test(start_must_be_finite),
      cmocka_unit_test(fixed_steps_have_their_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
