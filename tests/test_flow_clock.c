/* The clock t of equation 21, and what it does to the targets. */
#include "flow_fixture.h"

/* Eq. 21: z(t) = 1 - exp(-kappa alpha_min t) with the rates of section 4.4.1; its slope is v_z. */
static void the_clock_is_equation_21(void **state) {
  static const double kappas[] = {0.5, 1, 1.5};
  (void)state;
  for (size_t k = 0; k < 6; k++) {
    arena a = {0};
    flow f;
    record r;
    const double norm = 3, h = 1e-4, kappa = kappas[k / 2];
    const char *name = k % 2 ? "data" : "interpolant";
    /* kappa alpha: data kappa ln(|y1| / epsilon), interpolant -ln(epsilon), whatever kappa */
    const double rate = k % 2 ? kappa * log(norm / 1e-5) : -log(1e-5);
    shape(&f, &a, arena_format(&a, "[{\"\":\"%s\",\"kappa\":%g,\"epsilon\":1e-5}]", name, kappa),
          NULL, norm, &r);
    for (double t = 0.125; t <= 1; t += 0.125) {
      const double q = flow_q_at(&f, &r.spectrum, t), v = flow_vz(&f, &r.spectrum, q);
      fixture_near(q, exp(-rate * t), 1e-14);
      fixture_near(v, rate * q, 1e-13);
      const double more = flow_q_at(&f, &r.spectrum, t + h),
                   less = flow_q_at(&f, &r.spectrum, t - h);
      fixture_near((less - more) / (2 * h), v, 1e-5 * v);
    }
    flow_close(&f);
    arena_close(&a);
  }
}

/* Whatever the rate: the path's slopes stay finite at the end of time. */
static void the_clock_never_reaches_the_data(void **state) {
  arena a = {0};
  flow f;
  record r;
  double m, s, dm, ds;
  (void)state;
  shape(&f, &a, "[{\"\":\"data\",\"kappa\":100,\"epsilon\":1e-5}]", NULL, 9, &r);
  const double q = flow_q_at(&f, &r.spectrum, 1);
  fixture_near(q, FLOW_Q_MIN, 0);
  flow_path(&f, &r.spectrum, q, &m, &s, &dm, &ds);
  assert_true(isfinite((float)dm) && isfinite((float)ds) && isfinite(s));
  flow_close(&f);
  arena_close(&a);
}

static void transport_has_no_clock_but_z(void **state) {
  arena a = {0};
  flow f;
  record r;
  (void)state;
  shape(&f, &a, "[{\"\":\"transport\",\"sigma_min\":1e-5}]", NULL, 3, &r);
  for (double t = 0.125; t <= 1; t += 0.125) {
    fixture_near(flow_q_at(&f, &r.spectrum, t), t, 0);
    fixture_near(flow_vz(&f, &r.spectrum, t), 1, 0);
  }
  flow_close(&f);
  arena_close(&a);
}

static double square_slope(const flow *f, const record *r, double q) {
  double m, s, dm, ds;
  flow_path(f, &r->spectrum, q, &m, &s, &dm, &ds);
  return dm * dm;
}

/* The mean of m'^2 for the interpolant with kappa = 1.5, p = 1 / kappa: with clock z p^2 / (2 p -
 * 1) = 4/3, with clock t p^2 (epsilon^(2p-2) - 1) / (-ln(epsilon) (2 - 2p)) = 124.7: "struggle to
 * converge" (section 4.4.1). Midpoint sums; with q = u^3 the first integrand has no pole. */
static void the_clock_decides_how_large_targets_are(void **state) {
  enum { SUMMANDS = 20000 };
  arena a = {0};
  flow f;
  record r;
  double by_z = 0, by_t = 0;
  (void)state;
  shape(&f, &a, "[{\"\":\"interpolant\",\"kappa\":1.5,\"epsilon\":1e-5}]", NULL, 3, &r);
  for (size_t i = 0; i < SUMMANDS; i++) {
    const double u = ((double)i + 0.5) / SUMMANDS;
    by_z += 3 * u * u * square_slope(&f, &r, u * u * u) / SUMMANDS;
    by_t += square_slope(&f, &r, flow_q_at(&f, &r.spectrum, u)) / SUMMANDS;
  }
  const double p = 1 / 1.5, exact = p * p * (pow(1e-5, 2 * p - 2) - 1) / (-log(1e-5) * (2 - 2 * p));
  fixture_near(by_z, 4.0 / 3, 1e-9);
  fixture_near(by_t, exact, 1e-4);
  fixture_near(exact, 124.7, 0.05);
  flow_close(&f);
  arena_close(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_clock_is_equation_21),
      cmocka_unit_test(the_clock_never_reaches_the_data),
      cmocka_unit_test(transport_has_no_clock_but_z),
      cmocka_unit_test(the_clock_decides_how_large_targets_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
