/* Likelihoods against a flow whose marginal field is known: Gaussian data. */
#include "base/memory.h"
#include "fixture.h"
#include "hifm/rng.h"
#include "job/likelihood.h"

#include <math.h>

enum { POINTS = 40, PARTICLES = 4, SPACE = 3, D = PARTICLES * SPACE };

static const double sigma = 0.5; /* of the data */

/* Data N(0, sigma^2) on a straight path: y = z y1 + (1 - z) eps has variance
 * S = z^2 sigma^2 + (1 - z)^2, and the marginal field is (S' / 2 S) y, div = d S' / 2 S. */
static double rate(double z) {
  const double s = z * z * sigma * sigma + (1 - z) * (1 - z);
  return (z * sigma * sigma - (1 - z)) / s;
}

static size_t tensors(const void *self, const hifm_domain *domain, hifm_tensor *out, size_t room) {
  (void)self, (void)domain;
  if (room) out[0] = (hifm_tensor){"unused", 1, 1, HIFM_INIT_ZERO, 1};
  return 1;
}

static size_t chunk(const void *self, const hifm_domain *domain, size_t n) {
  (void)self, (void)domain;
  return n < 7 ? n : 7; /* uneven on purpose */
}

static size_t work(const void *self, const hifm_domain *domain, size_t n) {
  (void)self, (void)domain, (void)n;
  return 64;
}

static float rate_of(const hifm_batch *batch, size_t b) {
  return (float)rate((double)batch->z[batch->nz == 1 ? 0 : b]);
}

static void forward(const void *self, const hifm_domain *domain, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  (void)self, (void)w, (void)memory;
  for (size_t b = 0; b < batch->n; b++)
    for (size_t i = 0; i < domain->d; i++)
      v[b * domain->d + i] = rate_of(batch, b) * batch->x[b * domain->d + i];
}

static void backward(const void *self, const hifm_domain *domain, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory) {
  (void)self, (void)w, (void)memory, (void)dw;
  for (size_t b = 0; dx && b < batch->n; b++)
    for (size_t i = 0; i < domain->d; i++)
      dx[b * domain->d + i] = rate_of(batch, b) * dv[b * domain->d + i];
}

static const hifm_network_ops ops = {
    .tensors = tensors, .chunk = chunk, .work = work, .forward = forward, .backward = backward};
static const hifm_plugin gaussian = {
    .abi = HIFM_ABI, .kind = HIFM_NETWORK, .name = "gaussian", .ops.network = &ops};

static void draw(double *points, size_t n, const hifm_domain *domain) {
  for (size_t b = 0; b < n; b++) {
    double *y = points + b * domain->d;
    hifm_normals((hifm_stream){3, HIFM_RNG_CHECK}, 0, (uint32_t)b, domain->d, y);
    for (size_t i = 0; i < domain->d; i++) y[i] *= sigma;
    for (size_t k = 0; domain->centred && k < SPACE; k++) {
      double mean = 0;
      for (size_t i = 0; i < PARTICLES; i++) mean += y[i * SPACE + k] / PARTICLES;
      for (size_t i = 0; i < PARTICLES; i++) y[i * SPACE + k] -= mean;
    }
  }
}

/* -log N(y; 0, sigma^2) on a space of this dimension, mean and standard error over the points */
static void exact(const double *points, size_t n, size_t d, double freedom, double *mean,
                  double *se) {
  const double two_pi = 2 * acos(-1);
  double sum = 0, squares = 0;
  for (size_t b = 0; b < n; b++) {
    double nll = 0.5 * freedom * log(two_pi * sigma * sigma);
    for (size_t i = 0; i < d; i++) nll += 0.5 * pow(points[b * d + i] / sigma, 2);
    sum += nll;
    squares += nll * nll;
  }
  *mean = sum / (double)n;
  *se = sqrt((squares / (double)n - *mean * *mean) / (double)(n - 1));
}

static void measure(const hifm_domain *domain, uint32_t divergence, double tolerance,
                    likelihood *out, double *nll, double *se) {
  const fixture_setting settings[] = {{"rtol", tolerance}, {"atol", tolerance}, {NULL, 0}};
  double points[POINTS * D];
  network net;
  hifm_error err = {0};
  measure_settings set = {.solver = fixture_bind("solvers/rk45", domain, settings),
                          .divergence = divergence,
                          .probes = 3,
                          .max_attempts = 1000};
  draw(points, POINTS, domain);
  assert_int_equal(network_open(&net, (hifm_bound){&gaussian, NULL}, domain, POINTS, &err), 0);
  const float w = 0;
  assert_int_equal(likelihood_measure(&net, &w, points, POINTS, &set, 0, out, &err), HIFM_OK);
  assert_string_equal(out->solver, "ok");
  exact(points, POINTS, domain->d, domain->centred ? D - SPACE : D, nll, se);
  network_close(&net);
  fixture_drop(&set.solver);
}

static const hifm_domain plain = {.d = D};
static const hifm_domain centred = {
    .d = D, .particles = PARTICLES, .space = SPACE, .centred = true};

/* Per point the solver's error is of the order of its tolerance. The field's slope has float
 * precision, so 1e-5 is as good as it gets. */
static void exact_divergence_gives_exact_nll(void **state) {
  (void)state;
  likelihood got;
  double nll, se;
  measure(&plain, DIVERGENCE_EXACT, 1e-7, &got, &nll, &se);
  fixture_near(got.nll, nll, 2e-5);
  fixture_near(got.nll_se, se, 2e-5);
  assert_int_equal(got.stats.nfev, 2 + 6 * got.stats.attempts);
}

/* On the subspace of zero centre of mass: (N - 1) D degrees of freedom in the prior. The field is
 * d-dimensional here, so its divergence counts the centre too: 3 S'/2S integrates to 3 log sigma.
 */
static void centred_points_have_fewer_degrees_of_freedom(void **state) {
  (void)state;
  likelihood got;
  double nll, se;
  measure(&centred, DIVERGENCE_EXACT, 1e-7, &got, &nll, &se);
  fixture_near(got.nll, nll + SPACE * log(sigma), 2e-5);
}

/* e'(a I)e = a d for every Rademacher probe: Hutchinson has no variance here. */
static void hutchinson_is_exact_for_multiples_of_identity(void **state) {
  (void)state;
  likelihood got;
  double nll, se;
  measure(&plain, DIVERGENCE_HUTCHINSON, 1e-7, &got, &nll, &se);
  fixture_near(got.nll, nll, 2e-5);
}

/* Probes are projected like the data, so the centre's part of the trace is left out on average:
 * |Pi e|^2 has mean (N - 1) D. */
static void projected_probes_see_the_subspace(void **state) {
  (void)state;
  likelihood got;
  double nll, se;
  measure(&centred, DIVERGENCE_HUTCHINSON, 1e-7, &got, &nll, &se);
  /* sd of |Pi e|^2 is about 2 for 4 particles in 3 dimensions; times log sigma, over 120 draws */
  fixture_near(got.nll, nll, 3 * 2.2 * fabs(log(sigma)) / sqrt(3.0 * POINTS));
  assert_true(fabs(got.nll - nll) > 1e-9);
}

static void loose_tolerance_is_the_papers(void **state) {
  (void)state;
  likelihood got;
  double nll, se;
  measure(&plain, DIVERGENCE_EXACT, 1e-2, &got, &nll, &se);
  fixture_near(got.nll, nll, 0.1);
  assert_true(got.stats.nfev <= 38);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact_divergence_gives_exact_nll),
      cmocka_unit_test(centred_points_have_fewer_degrees_of_freedom),
      cmocka_unit_test(hutchinson_is_exact_for_multiples_of_identity),
      cmocka_unit_test(projected_probes_see_the_subspace),
      cmocka_unit_test(loose_tolerance_is_the_papers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
