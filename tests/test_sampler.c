/* The Monte Carlo sampler on targets with known moments, and its diagnostics on known series. */
#include "fixture.h"

#include "hifm/rng.h"
#include "job/diagnostics.h"
#include "job/sampler.h"

static const hifm_stream DRAWS_STREAM = {23, HIFM_RNG_CHECK};

static energy open_energy(hifm_bound bound, const hifm_domain *domain) {
  energy e;
  failure err = {0};
  if (energy_open(&e, bound, domain, &err) != STATUS_OK) fail_msg("%s", err.message);
  return e;
}

static sampler_report sample(energy *e, const sampler_settings *settings, uint64_t draws,
                             double *samples) {
  sampler_report report;
  failure err = {0};
  if (sampler_run(e, settings, draws, NULL, samples, &report, &err) != STATUS_OK)
    fail_msg("%s", err.message);
  return report;
}

/* The mean of coordinate^power over all samples is within three standard errors of `expected`. */
static void assert_moment(const double *samples, size_t chains, size_t draws, size_t d,
                          size_t coordinate, int power, double expected) {
  const size_t n = chains * draws;
  double *x = malloc(n * sizeof *x), mean = 0, variance = 0;
  assert_non_null(x);
  for (size_t i = 0; i < n; i++) {
    x[i] = pow(samples[i * d + coordinate], power);
    mean += x[i] / (double)n;
  }
  for (size_t i = 0; i < n; i++) variance += (x[i] - mean) * (x[i] - mean) / (double)(n - 1);
  fixture_near(mean, expected, 3 * sqrt(variance / diagnostics_ess(x, chains, draws)));
  free(x);
}

/* ---- a Gaussian ---- */

static const double VARIANCES[3] = {0.25, 1, 4};

static hifm_status gaussian(const void *self, const hifm_configuration *at, double *out,
                            hifm_error *err) {
  (void)self, (void)err;
  double sum = 0;
  for (uint32_t i = 0; i < at->domain->d; i++) sum += at->y[i] * at->y[i] / (2 * VARIANCES[i]);
  *out = sum;
  return HIFM_OK;
}

static const hifm_energy_ops GAUSSIAN_OPS = {.value = gaussian};
static const hifm_plugin GAUSSIAN_PLUGIN = {.name = "gaussian", .ops = {.energy = &GAUSSIAN_OPS}};
static const hifm_domain LINE3 = {.d = 3};
static const sampler_settings SMALL = {.chains = 40,
                                       .warmup = 200,
                                       .thin = 3,
                                       .leapfrog = 10,
                                       .acceptance = 0.8,
                                       .spread = 1,
                                       .seed = 5};

static void gaussian_moments(void **state) {
  (void)state;
  enum { DRAWS = 100 };
  static double samples[40 * DRAWS * 3];
  energy e = open_energy((hifm_bound){&GAUSSIAN_PLUGIN, NULL}, &LINE3);
  const sampler_report r = sample(&e, &SMALL, DRAWS, samples);
  for (size_t i = 0; i < 3; i++) assert_moment(samples, 40, DRAWS, 3, i, 2, VARIANCES[i]);
  fixture_near(r.mean_energy, 1.5, 3 * r.mean_energy_se);
  fixture_near(r.mean_radius, 5.25, 3 * r.mean_radius_se);
  fixture_near(r.mean_gradient2, 5.25, 3 * r.mean_gradient2_se);
  fixture_near(r.mean_laplacian, 5.25, 1e-5); /* constant, by differences of values */
  fixture_near(r.acceptance, SMALL.acceptance, 0.1);
  assert_true(r.rhat_energy < 1.02 && r.rhat_radius < 1.02);
  assert_true(r.ess_energy > 1000 && r.ess_radius > 1000);
  energy_close(&e);
}

/* ---- a double well: moments by quadrature ---- */

static void double_well_moments(void **state) {
  (void)state;
  enum { DRAWS = 100 };
  static double samples[40 * DRAWS * 2];
  const hifm_domain plane = {.d = 2};
  const fixture_setting settings[] = {{"b", 2}, {"c", 0.3}, {"d", 4}, {NULL, 0}};
  hifm_bound bound = fixture_bind("energies/double_well", &plane, settings);
  energy e = open_energy(bound, &plane);
  double mass = 0, first = 0, second = 0;
  for (double x = -8; x <= 8; x += 1e-3) {
    const double p = exp(-energy_value(&e, (double[2]){x, 0}, NULL));
    mass += p, first += p * x, second += p * x * x;
  }
  const sampler_report r = sample(&e, &SMALL, DRAWS, samples);
  assert_moment(samples, 40, DRAWS, 2, 0, 1, first / mass);
  assert_moment(samples, 40, DRAWS, 2, 0, 2, second / mass);
  assert_moment(samples, 40, DRAWS, 2, 1, 2, 0.25);
  fixture_near(r.mean_gradient2, r.mean_laplacian,
               3 * hypot(r.mean_gradient2_se, r.mean_laplacian_se));
  energy_close(&e);
  fixture_drop(&bound);
}

/* ---- every draw is keyed ---- */

static void same_seed_same_bits(void **state) {
  (void)state;
  enum { CHAINS = 5, LONG = 12, SHORT = 8 };
  static double x[CHAINS][LONG][3], again[CHAINS][LONG][3], prefix[CHAINS][SHORT][3];
  sampler_settings settings = SMALL;
  settings.chains = CHAINS;
  energy e = open_energy((hifm_bound){&GAUSSIAN_PLUGIN, NULL}, &LINE3);
  const sampler_report r = sample(&e, &settings, LONG, &x[0][0][0]);
  const sampler_report s = sample(&e, &settings, LONG, &again[0][0][0]);
  assert_memory_equal(x, again, sizeof x);
  assert_memory_equal(&r, &s, sizeof r);
  sample(&e, &settings, SHORT, &prefix[0][0][0]);
  for (int c = 0; c < CHAINS; c++) assert_memory_equal(prefix[c], x[c], sizeof prefix[c]);
  settings.seed++;
  sample(&e, &settings, LONG, &again[0][0][0]);
  assert_memory_not_equal(x, again, sizeof x);
  energy_close(&e);
}

/* ---- Lennard-Jones, 13 particles ---- */

/* -43.06 +- 0.05 and 18.09 are the means over the published samples of this system. */
static void lennard_jones_cluster(void **state) {
  (void)state;
  enum { CHAINS = 40, DRAWS = 50, D = 39 };
  static double samples[CHAINS * DRAWS * D];
  const hifm_domain cluster = {.d = D, .particles = 13, .space = 3, .centred = true};
  const sampler_settings settings = {.chains = CHAINS,
                                     .warmup = 500,
                                     .thin = 20,
                                     .leapfrog = 20,
                                     .acceptance = 0.8,
                                     .spread = 1,
                                     .seed = 1};
  hifm_bound bound = fixture_bind("energies/lennard_jones", &cluster, NULL);
  energy e = open_energy(bound, &cluster);
  const sampler_report r = sample(&e, &settings, DRAWS, samples);
  fixture_near(r.mean_energy, -43.06, 3 * r.mean_energy_se);
  fixture_near(r.mean_radius, 18.09, 3 * r.mean_radius_se);
  fixture_near(r.mean_gradient2, r.mean_laplacian,
               3 * hypot(r.mean_gradient2_se, r.mean_laplacian_se));
  assert_true(r.mean_energy_se < 0.25 && r.rhat_energy < 1.05 && r.ess_energy > 1000);
  for (size_t row = 0; row < CHAINS * DRAWS; row++)
    for (size_t c = 0; c < 3; c++) {
      double sum = 0;
      for (size_t i = 0; i < 13; i++) sum += samples[row * D + 3 * i + c];
      fixture_near(sum, 0, 1e-13);
    }
  energy_close(&e);
  fixture_drop(&bound);
}

/* ---- what cannot be sampled ---- */

static hifm_status nowhere(const void *self, const hifm_configuration *at, double *out,
                           hifm_error *err) {
  (void)self, (void)at, (void)err;
  *out = NAN;
  return HIFM_OK;
}

/* Works for `*self` calls. */
static hifm_status engine(const void *self, const hifm_configuration *at, double *out,
                          hifm_error *err) {
  size_t *calls = at->work;
  if (++*calls > *(const size_t *)self)
    return hifm_fail(err, HIFM_IO_FAILED, "the engine is gone after %zu calls", *calls - 1);
  return gaussian(self, at, out, err);
}

static size_t engine_work(const void *self, const hifm_domain *domain) {
  (void)self, (void)domain;
  return sizeof(size_t);
}

/* Wherever it happens: at the start, in a sweep, in what is kept. */
static void a_failing_energy_ends_the_run_with_its_words(void **state) {
  (void)state;
  const hifm_energy_ops engine_ops = {.value = engine, .work = engine_work};
  const hifm_plugin plugin = {.name = "engine", .ops = {.energy = &engine_ops}};
  static double samples[40 * 4 * 3];
  for (size_t calls = 0; calls < 200000; calls += 49999) {
    sampler_report report;
    failure err = {0};
    energy e = open_energy((hifm_bound){&plugin, &calls}, &LINE3);
    assert_int_equal(sampler_run(&e, &SMALL, 4, NULL, samples, &report, &err),
                     STATUS_IO_FAILED);
    char expected[100];
    snprintf(expected, sizeof expected, "energy engine: the engine is gone after %zu calls", calls);
    assert_string_equal(err.message, expected);
    energy_close(&e);
  }
}

static double reached; /* fraction of the sampling when it was last asked */

static bool stop_at_half(double fraction) {
  reached = fraction;
  return fraction >= 0.5;
}

static void refusals(void **state) {
  (void)state;
  const hifm_energy_ops nowhere_ops = {.value = nowhere};
  const hifm_energy_ops relative_ops = {.invariances = HIFM_ANCHORED, .value = gaussian};
  const hifm_plugin bad = {.name = "nowhere", .ops = {.energy = &nowhere_ops}};
  const hifm_plugin relative = {.name = "relative", .ops = {.energy = &relative_ops}};
  static double samples[40 * 4 * 3];
  sampler_report report;
  failure err = {0};
  energy e = open_energy((hifm_bound){&bad, NULL}, &LINE3);
  assert_int_equal(sampler_run(&e, &SMALL, 4, NULL, samples, &report, &err), STATUS_DIVERGED);
  assert_non_null(strstr(err.message, "chain 0"));
  energy_close(&e);
  e = open_energy((hifm_bound){&relative, NULL}, &LINE3);
  assert_int_equal(sampler_run(&e, &SMALL, 4, NULL, samples, &report, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "\"relative\""));
  energy_close(&e);
  e = open_energy((hifm_bound){&GAUSSIAN_PLUGIN, NULL}, &LINE3);
  assert_int_equal(sampler_run(&e, &SMALL, 4, stop_at_half, samples, &report, &err),
                   STATUS_INTERRUPTED);
  fixture_near(reached, 0.5, 0.01);
  energy_close(&e);
}

/* ---- diagnostics ---- */

enum { SERIES = 8, LENGTH = 2000 };

/* SERIES chains of x_t = phi x_{t-1} + sqrt(1 - phi^2) noise, each begun in equilibrium. */
static void autoregress(double phi, double x[SERIES][LENGTH]) {
  for (uint32_t m = 0; m < SERIES; m++) {
    hifm_normals(DRAWS_STREAM, 0, m, LENGTH, x[m]);
    for (int t = 1; t < LENGTH; t++) x[m][t] = phi * x[m][t - 1] + sqrt(1 - phi * phi) * x[m][t];
  }
}

static void effective_sizes(void **state) {
  (void)state;
  static double x[SERIES][LENGTH];
  const double n = SERIES * LENGTH, phis[] = {0, 0.3, 0.7, 0.9, -0.3};
  for (int k = 0; k < 5; k++) {
    autoregress(phis[k], x);
    const double expected = n * (1 - phis[k]) / (1 + phis[k]);
    fixture_near(diagnostics_ess(&x[0][0], SERIES, LENGTH), expected, 0.1 * expected);
    fixture_near(diagnostics_rhat(&x[0][0], SERIES, LENGTH), 1, 0.01);
  }
}

static void disagreement_shows(void **state) {
  (void)state;
  static double x[SERIES][LENGTH];
  autoregress(0, x);
  for (int t = 0; t < LENGTH; t++) x[0][t] += 3; /* one chain elsewhere */
  assert_true(diagnostics_rhat(&x[0][0], SERIES, LENGTH) > 1.1);
  assert_true(diagnostics_ess(&x[0][0], SERIES, LENGTH) < 100);
  autoregress(0, x);
  for (int m = 0; m < SERIES; m++) /* all drift alike */
    for (int t = 0; t < LENGTH; t++) x[m][t] += 3. * t / LENGTH;
  assert_true(diagnostics_rhat(&x[0][0], SERIES, LENGTH) > 1.1);
}

/* Two chains 0 1 0 1 and 2 3 2 3. Halves have means .5 .5 2.5 2.5 and variance 1/2, so W = 1/2,
 * the variance of means is 4/3, var+ = 1/4 + 4/3. */
static void rhat_by_hand(void **state) {
  (void)state;
  const double x[2][4] = {{0, 1, 0, 1}, {2, 3, 2, 3}};
  fixture_near(diagnostics_rhat(&x[0][0], 2, 4), sqrt((0.25 + 4. / 3) / 0.5), 1e-15);
  assert_true(isnan(diagnostics_rhat(&x[0][0], 2, 3)) && isnan(diagnostics_ess(&x[0][0], 2, 3)));
  const double still[16] = {0};
  assert_true(isnan(diagnostics_rhat(still, 2, 8)) && diagnostics_ess(still, 2, 8) >= 16);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gaussian_moments),
      cmocka_unit_test(double_well_moments),
      cmocka_unit_test(same_seed_same_bits),
      cmocka_unit_test(lennard_jones_cluster),
      cmocka_unit_test(refusals),
      cmocka_unit_test(a_failing_energy_ends_the_run_with_its_words),
      cmocka_unit_test(effective_sizes),
      cmocka_unit_test(disagreement_shows),
      cmocka_unit_test(rhat_by_hand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
