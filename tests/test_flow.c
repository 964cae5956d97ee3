/* Flow stages and the closed forms of the conditional path (eqs. 13 to 24). */
#include "flow_fixture.h"

#define HESSIAN                                                                                    \
  "{\"\":\"hessian\",\"energy\":{\"\":\"formation\"},\"kappa\":1,\"negative\":\"%s\","             \
  "\"tol\":1e-6}"

/* Two exact null modes, one within tolerance, three positive. */
static const double eigenvalues[MODES] = {-1e-9, 0, 2e-8, 0.5, 2, 7};

static const char *const lists[] = {
    "[{\"\":\"transport\",\"sigma_min\":1e-5}]",
    "[{\"\":\"interpolant\",\"kappa\":1,\"epsilon\":1e-5},{\"\":\"anisotropic\",\"gamma\":1e-10}]",
    "[{\"\":\"interpolant\",\"kappa\":0.5,\"epsilon\":1e-5},{\"\":\"isotropize\",\"gamma\":1e-4}]",
    "[{\"\":\"data\",\"kappa\":1.5,\"epsilon\":1e-5},{\"\":\"anisotropic\",\"gamma\":1e-10}]",
    "[" REFUSE ",{\"\":\"anisotropic\",\"gamma\":1e-10}]",
    "[" REFUSE ",{\"\":\"condition\",\"c\":2},{\"\":\"anisotropic\",\"gamma\":1e-10}]",
    "[" REFUSE ",{\"\":\"condition\",\"c\":2},{\"\":\"isotropize\",\"gamma\":1e-10}]",
    "[" REFUSE ",{\"\":\"condition\",\"c\":2},{\"\":\"hyperbolize\"},"
    "{\"\":\"anisotropic\",\"gamma\":1e-3}]",
    "[" REFUSE ",{\"\":\"condition\",\"c\":2},{\"\":\"hyperbolize\"},"
    "{\"\":\"isotropize\",\"gamma\":1e-3},{\"\":\"project\"}]",
};
enum { LISTS = sizeof lists / sizeof *lists };

/* v = dy/dz: m' and s' are the differences of m and s, for every list, from the prior to near 1. */
static void velocity_is_derivative(void **state) {
  (void)state;
  for (size_t l = 0; l < LISTS; l++) {
    arena a = {0};
    flow f;
    record r;
    shape(&f, &a, lists[l], eigenvalues, 3, &r);
    for (double q = 1e-3; q < 0.999; q += 0.037) {
      double m[3][MODES], s[3][MODES], dm[3][MODES], ds[3][MODES];
      const double h = 1e-5 * q;
      flow_path(&f, &r.spectrum, q, m[0], s[0], dm[0], ds[0]);
      flow_path(&f, &r.spectrum, q - h, m[1], s[1], dm[1], ds[1]); /* larger z */
      flow_path(&f, &r.spectrum, q + h, m[2], s[2], dm[2], ds[2]);
      for (size_t i = 0; i < r.spectrum.modes; i++) {
        const double by_m = (m[1][i] - m[2][i]) / (2 * h), by_s = (s[1][i] - s[2][i]) / (2 * h);
        fixture_near(dm[0][i], by_m, 1e-6 * (1 + fabs(by_m)));
        fixture_near(ds[0][i], by_s, 1e-6 * (1 + fabs(by_s)));
      }
    }
    flow_close(&f);
    arena_close(&a);
  }
}

/* At z = 0 every path is the prior; at z = 1 moving modes are at the data within gamma. */
static void ends_are_prior_and_data(void **state) {
  (void)state;
  for (size_t l = 0; l < LISTS; l++) {
    arena a = {0};
    flow f;
    record r;
    double m[MODES], s[MODES], dm[MODES], ds[MODES];
    shape(&f, &a, lists[l], eigenvalues, 3, &r);
    flow_path(&f, &r.spectrum, 1, m, s, dm, ds);
    for (size_t i = 0; i < r.spectrum.modes; i++) {
      fixture_near(m[i], 0, 1e-15);
      fixture_near(s[i], 1, 1e-15);
    }
    flow_path(&f, &r.spectrum, 1e-12, m, s, dm, ds);
    for (size_t i = 0; i < r.spectrum.modes; i++) {
      const double alpha = r.alpha[i], beta = r.beta[i];
      const double gamma = alpha > 0 ? beta * beta / (2 * alpha) : 1;
      fixture_near(m[i], alpha > 0 ? 1 : 0, 1e-6);
      fixture_near(s[i], l == 0 ? 1e-5 : sqrt(gamma), 1e-5);
    }
    flow_close(&f);
    arena_close(&a);
  }
}

/* The closed form is eq. 17 divided by eq. 21, evaluated the long way in long double. */
static void closed_form_is_equation_17(void **state) {
  arena a = {0};
  flow f;
  record r;
  (void)state;
  shape(&f, &a, lists[7], eigenvalues, 3, &r);
  for (double q = 0.05; q < 1; q += 0.1) {
    double m[MODES], s[MODES], dm[MODES], ds[MODES];
    flow_path(&f, &r.spectrum, q, m, s, dm, ds);
    for (size_t i = 0; i < MODES; i++) {
      const long double y1 = 1.3L, y0 = -0.4L, alpha = r.alpha[i], beta = r.beta[i];
      const long double p = alpha / r.spectrum.low, power = powl(q, p);
      const long double mean = y1 + power * (0 - y1);
      const long double g = beta * beta / (2 * alpha);
      const long double sigma2 = g + power * power * (1 - g), y = mean + sqrtl(sigma2) * y0;
      const long double vy = -alpha * (y - y1) + beta * beta / 2 / sigma2 * (y - mean);
      const long double vz = r.spectrum.low * q;
      const double expected = (double)(vy / vz);
      fixture_near(dm[i] * (double)y1 + ds[i] * (double)y0, expected, 1e-9 * (1 + fabs(expected)));
    }
  }
  flow_close(&f);
  arena_close(&a);
}

static void condition_scales_spectrum(void **state) {
  arena a = {0};
  flow f;
  record r;
  (void)state;
  shape(&f, &a, lists[5], eigenvalues, 3, &r);
  for (size_t i = 0; i < 3; i++) {
    assert_true(r.null[i]);
    fixture_near(r.alpha[i], 0, 0);
  }
  fixture_near(r.alpha[3], 0.5, 1e-15);
  fixture_near(r.alpha[4], 0.5 + 0.5 * 1.5 / 6.5, 1e-15); /* linear between the ends */
  fixture_near(r.alpha[5], 1, 1e-15);
  fixture_near(r.spectrum.low, 0.5, 1e-15);
  fixture_near(r.spectrum.high, 1, 1e-15);
  flow_close(&f);
  arena_close(&a);
}

static void noise_stages_set_variances(void **state) {
  arena a = {0};
  flow f;
  record r;
  (void)state;
  shape(&f, &a, lists[8], eigenvalues, 3, &r); /* hyperbolize, isotropize */
  for (size_t i = 0; i < MODES; i++)
    fixture_near(r.beta[i] * r.beta[i] / (2 * r.alpha[i]), 1e-3, 1e-15);
  flow_close(&f);
  shape(&f, &a, lists[5], eigenvalues, 3, &r); /* no hyperbolize, anisotropic */
  for (size_t i = 0; i < 3; i++) fixture_near(r.beta[i], 0, 0);
  for (size_t i = 3; i < MODES; i++)
    fixture_near(r.beta[i] * r.beta[i] / (2 * r.alpha[i]), 1e-10 * 0.5 / r.alpha[i], 1e-22);
  flow_close(&f);
  arena_close(&a);
}

static void hyperbolize_and_project(void **state) {
  arena a = {0};
  flow f;
  record r;
  (void)state;
  shape(&f, &a, lists[8], eigenvalues, 3, &r);
  for (size_t i = 0; i < MODES; i++) {
    assert_int_equal(r.null[i], i < 3);
    assert_int_equal(r.visible[i], i >= 3);
    if (i < 3) fixture_near(r.alpha[i], 0.5, 1e-15);
  }
  flow_close(&f);
  arena_close(&a);
}

/* The noise of gamma = 0 leaves nothing at all far from the prior, in fast modes of a slow clock.
 */
static void no_noise_is_no_trouble(void **state) {
  static const char *const ends[] = {"isotropize", "anisotropic"};
  static const double rates[MODES] = {1, 10, 100, 1000, 1e4, 1e5};
  (void)state;
  for (size_t k = 0; k < 2; k++) {
    arena a = {0};
    flow f;
    record r;
    double m[MODES], s[MODES], dm[MODES], ds[MODES];
    shape(&f, &a, arena_format(&a, "[" REFUSE ",{\"\":\"%s\",\"gamma\":0}]", ends[k]), rates, 3,
          &r);
    for (double q = 1; q >= FLOW_Q_MIN; q /= 2) {
      flow_path(&f, &r.spectrum, q, m, s, dm, ds);
      for (size_t i = 0; i < MODES; i++) { /* x = m y1 + (1 - m) noise, straight for each mode */
        fixture_near(s[i], 1 - m[i], 1e-15);
        fixture_near(ds[i], -dm[i], 1e-12 * dm[i]);
      }
    }
    flow_close(&f);
    arena_close(&a);
  }
}

/* interpolant kappa = 1 is transport but for the last 1e-5 of the noise. */
static void interpolant_is_transport(void **state) {
  arena a = {0};
  flow straight, other;
  record r, s;
  (void)state;
  shape(&straight, &a, lists[0], NULL, 3, &r);
  shape(&other, &a, lists[1], NULL, 3, &s);
  for (double q = 1e-4; q <= 1; q += 0.01) {
    double m[2], dev[2], dm[2], ds[2];
    flow_path(&straight, &r.spectrum, q, &m[0], &dev[0], &dm[0], &ds[0]);
    flow_path(&other, &s.spectrum, q, &m[1], &dev[1], &dm[1], &ds[1]);
    fixture_near(m[1], m[0], 1e-5);
    fixture_near(dev[1], dev[0], 1.1e-5);
    fixture_near(dm[1], dm[0], 1e-5);
    fixture_near(q > 0.01 ? ds[1] : ds[0], ds[0], 2e-5);
  }
  flow_close(&straight);
  flow_close(&other);
  arena_close(&a);
}

static void negative_eigenvalues(void **state) {
  static const double saddle[MODES] = {-2, 0, 0, 0.5, 2, 7};
  static const struct {
    const char *word;
    status_code status;
    double first;
    bool null;
  } cases[] = {{"refuse", STATUS_BAD_CONFIG, 0, false},
               {"absolute", STATUS_OK, 2, false},
               {"clip", STATUS_OK, 0, true}};
  (void)state;
  for (size_t k = 0; k < 3; k++) {
    arena a = {0};
    flow f;
    record r = {0};
    failure err = {0};
    const char *list =
        arena_format(&a, "[" HESSIAN ",{\"\":\"anisotropic\",\"gamma\":1e-10}]", cases[k].word);
    assert_int_equal(open_flow(&f, &a, list, &err), STATUS_OK);
    r.spectrum =
        (hifm_spectrum){.alpha = r.alpha, .beta = r.beta, .null = r.null, .visible = r.visible};
    assert_int_equal(
        flow_shape(&f, &(hifm_point){.domain = &domain, .norm = 1}, saddle, &r.spectrum, &err),
        cases[k].status);
    if (cases[k].status == STATUS_OK) {
      fixture_near(r.alpha[0], cases[k].first, 0);
      assert_int_equal(r.null[0], cases[k].null);
    } else {
      assert_non_null(strstr(err.message, "negative eigenvalue"));
    }
    flow_close(&f);
    arena_close(&a);
  }
}

static void all_null_and_zero_norm_are_refused(void **state) {
  static const double zeros[MODES] = {0};
  arena a = {0};
  flow f;
  record r = {0};
  failure err = {0};
  (void)state;
  assert_int_equal(open_flow(&f, &a, lists[4], &err), STATUS_OK);
  r.spectrum =
      (hifm_spectrum){.alpha = r.alpha, .beta = r.beta, .null = r.null, .visible = r.visible};
  assert_int_equal(
      flow_shape(&f, &(hifm_point){.domain = &domain, .norm = 1}, zeros, &r.spectrum, &err),
      STATUS_BAD_INPUT);
  flow_close(&f);
  assert_int_equal(open_flow(&f, &a, lists[3], &err), STATUS_OK);
  assert_int_equal(
      flow_shape(&f, &(hifm_point){.domain = &domain, .norm = 1e-6}, NULL, &r.spectrum, &err),
      STATUS_BAD_INPUT);
  assert_non_null(strstr(err.message, "norm 1e-06"));
  flow_close(&f);
  arena_close(&a);
}

/* Every wrong order names both stages (or the one that is alone). */
static void wrong_orders_are_refused(void **state) {
  static const char *const cases[][3] = {
      {"[{\"\":\"condition\",\"c\":2}]", "condition", "not a path stage"},
      {"[{\"\":\"transport\",\"sigma_min\":1e-5},{\"\":\"interpolant\",\"kappa\":1,"
       "\"epsilon\":1e-5}]",
       "transport", "interpolant"},
      {"[{\"\":\"transport\",\"sigma_min\":1e-5},{\"\":\"hyperbolize\"}]", "hyperbolize",
       "transport"},
      {"[{\"\":\"interpolant\",\"kappa\":1,\"epsilon\":1e-5},{\"\":\"project\"}]", "project",
       "interpolant"},
      {"[{\"\":\"data\",\"kappa\":1,\"epsilon\":1e-5},{\"\":\"condition\",\"c\":2}]", "condition",
       "data"},
      {"[{\"\":\"transport\",\"sigma_min\":1e-5},{\"\":\"isotropize\",\"gamma\":1e-10}]",
       "transport", "isotropize"},
      {"[" REFUSE ",{\"\":\"isotropize\",\"gamma\":1e-10},{\"\":\"anisotropic\","
       "\"gamma\":1e-10}]",
       "isotropize", "anisotropic"},
      {"[" REFUSE ",{\"\":\"isotropize\",\"gamma\":1e-10},{\"\":\"condition\",\"c\":2}]",
       "isotropize", "condition"},
      {"[" REFUSE ",{\"\":\"anisotropic\",\"gamma\":1e-10},{\"\":\"hyperbolize\"}]", "anisotropic",
       "hyperbolize"},
      {"[" REFUSE ",{\"\":\"hyperbolize\"},{\"\":\"hyperbolize\"}]", "hyperbolize", "twice"},
      {"[]", "no stage", "path stage"},
  };
  (void)state;
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    arena a = {0};
    flow f;
    failure err = {0};
    assert_int_equal(open_flow(&f, &a, cases[k][0], &err), STATUS_BAD_CONFIG);
    if (!strstr(err.message, cases[k][1]) || !strstr(err.message, cases[k][2]))
      fail_msg("%s: \"%s\" does not name %s and %s", cases[k][0], err.message, cases[k][1],
               cases[k][2]);
    arena_close(&a);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(velocity_is_derivative),
      cmocka_unit_test(ends_are_prior_and_data),
      cmocka_unit_test(closed_form_is_equation_17),
      cmocka_unit_test(condition_scales_spectrum),
      cmocka_unit_test(noise_stages_set_variances),
      cmocka_unit_test(hyperbolize_and_project),
      cmocka_unit_test(no_noise_is_no_trouble),
      cmocka_unit_test(interpolant_is_transport),
      cmocka_unit_test(negative_eigenvalues),
      cmocka_unit_test(all_null_and_zero_norm_are_refused),
      cmocka_unit_test(wrong_orders_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
