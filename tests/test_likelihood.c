/* Likelihoods against a flow whose marginal field is known: Gaussian data. */
#include "base/memory.h"
#include "fixture.h"
#include "hifm/rng.h"
#include "job/flow_ode.h"
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

static size_t tensors(const void *self, const hifm_task *task, hifm_tensor *out, size_t room) {
  (void)self, (void)task;
  if (room) out[0] = (hifm_tensor){"unused", 1, 1, HIFM_INIT_ZERO, 1};
  return 1;
}

static size_t chunk(const void *self, const hifm_task *task, size_t n) {
  (void)self, (void)task;
  return n < 7 ? n : 7; /* uneven on purpose */
}

static size_t work(const void *self, const hifm_task *task, size_t n) {
  (void)self, (void)task, (void)n;
  return 64;
}

static float rate_of(const hifm_batch *batch, size_t b) {
  return (float)rate((double)batch->z[batch->nz == 1 ? 0 : b]);
}

static void forward(const void *self, const hifm_task *task, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  (void)self, (void)w, (void)memory;
  const size_t d = task->domain->d;
  for (size_t b = 0; b < batch->n; b++)
    for (size_t i = 0; i < d; i++) v[b * d + i] = rate_of(batch, b) * batch->x[b * d + i];
}

static void backward(const void *self, const hifm_task *task, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory) {
  (void)self, (void)w, (void)memory, (void)dw;
  const size_t d = task->domain->d;
  for (size_t b = 0; dx && b < batch->n; b++)
    for (size_t i = 0; i < d; i++) dx[b * d + i] = rate_of(batch, b) * dv[b * d + i];
}

static const hifm_network_ops ops = {
    .tensors = tensors, .chunk = chunk, .work = work, .forward = forward, .backward = backward};
static const hifm_plugin gaussian = {
    .abi = HIFM_ABI, .kind = HIFM_NETWORK, .name = "gaussian", .ops = {.network = &ops}};

/* The same field as v_y / v_z with v_z = (1.2 - z) (2 + sin(sum of (i + 1) x_i / 3)). */
static double phase(const float *x, size_t d) {
  double sum = 0;
  for (size_t i = 0; i < d; i++) sum += (double)(i + 1) / 3 * (double)x[i];
  return sum;
}

static double fade(const hifm_batch *batch, size_t b) {
  return 1.2 - (double)batch->z[batch->nz == 1 ? 0 : b];
}

static void vz_forward(const void *self, const hifm_task *task, const float *w,
                       const hifm_batch *batch, float *v, void *memory) {
  const size_t d = task->domain->d;
  (void)self, (void)w, (void)memory;
  for (size_t b = 0; b < batch->n; b++, v += d + 1) {
    const float *x = batch->x + b * d;
    v[d] = (float)(fade(batch, b) * (2 + sin(phase(x, d))));
    for (size_t i = 0; i < d; i++) v[i] = rate_of(batch, b) * v[d] * x[i];
  }
}

static void vz_backward(const void *self, const hifm_task *task, const float *w,
                        const hifm_batch *batch, const float *dv, float *dw, float *dx,
                        void *memory) {
  const size_t d = task->domain->d;
  (void)self, (void)w, (void)memory, (void)dw;
  for (size_t b = 0; dx && b < batch->n; b++, dv += d + 1, dx += d) {
    const float *x = batch->x + b * d;
    const double vz = fade(batch, b) * (2 + sin(phase(x, d))), r = (double)rate_of(batch, b);
    double dvz = (double)dv[d];
    for (size_t i = 0; i < d; i++) dvz += r * (double)x[i] * (double)dv[i];
    for (size_t i = 0; i < d; i++)
      dx[i] = (float)(r * vz * (double)dv[i] +
                      dvz * fade(batch, b) * cos(phase(x, d)) * (double)(i + 1) / 3);
  }
}

static const hifm_network_ops vz_ops = {.has_vz = true,
                                        .tensors = tensors,
                                        .chunk = chunk,
                                        .work = work,
                                        .forward = vz_forward,
                                        .backward = vz_backward};
static const hifm_plugin quotient = {
    .abi = HIFM_ABI, .kind = HIFM_NETWORK, .name = "quotient", .ops = {.network = &vz_ops}};

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

/* -log N(y; 0, variance) on a space of this dimension, mean and standard error over the points */
static void exact(const double *points, size_t n, size_t d, double freedom, double variance,
                  double *mean, double *se) {
  const double two_pi = 2 * acos(-1);
  double sum = 0, squares = 0;
  for (size_t b = 0; b < n; b++) {
    double nll = 0.5 * freedom * log(two_pi * variance);
    for (size_t i = 0; i < d; i++) nll += 0.5 * pow(points[b * d + i], 2) / variance;
    sum += nll;
    squares += nll * nll;
  }
  *mean = sum / (double)n;
  *se = sqrt((squares / (double)n - *mean * *mean) / (double)(n - 1));
}

static void measure(const hifm_domain *domain, bool vz, uint32_t divergence, double tolerance,
                    likelihood *out, double *nll, double *se) {
  const fixture_setting settings[] = {{"rtol", tolerance}, {"atol", tolerance}, {NULL, 0}};
  double points[POINTS * D];
  network net;
  failure err = {0};
  measure_settings set = {.solver = fixture_bind("solvers/rk45", domain, settings),
                          .divergence = divergence,
                          .probes = 3,
                          .max_attempts = 1000};
  draw(points, POINTS, domain);
  const hifm_plugin *plugin = vz ? &quotient : &gaussian;
  assert_int_equal(network_open(&net, (hifm_bound){plugin, NULL}, domain, vz, POINTS, &err), 0);
  const float w = 0;
  const likelihood_request request = {
      .net = &net, .w = &w, .points = points, .count = POINTS, .settings = &set};
  assert_int_equal(likelihood_measure(&request, out, &err), STATUS_OK);
  assert_string_equal(out->solver, "ok");
  const double z = flow_ode_data_end(&net); /* the density that the field has there */
  exact(points, POINTS, domain->d, domain->centred ? D - SPACE : D,
        z * z * sigma * sigma + (1 - z) * (1 - z), nll, se);
  network_close(&net);
  fixture_drop(&set.solver);
}

static const hifm_domain plain = {.d = D};
static const hifm_domain centred = {
    .d = D, .particles = PARTICLES, .space = SPACE, .centred = true};

/* Per point the solver's error is of the order of its tolerance. The field's slope has float
 * precision, so 1e-5 is as good as it gets. */
static void check_exact(const hifm_domain *domain, bool vz) {
  likelihood got;
  double nll, se;
  measure(domain, vz, DIVERGENCE_EXACT, 1e-7, &got, &nll, &se);
  fixture_near(got.nll, nll, 2e-5);
  fixture_near(got.nll_se, se, 2e-5);
  assert_int_equal(got.stats.nfev, 2 + 6 * got.stats.attempts);
}

static void exact_divergence_gives_exact_nll(void **state) {
  (void)state;
  check_exact(&plain, false);
}

/* On the subspace of zero centre of mass: (N - 1) D degrees of freedom in the prior. The field is
 * d-dimensional here, so its divergence counts the centre too: 3 S'/2S integrates to 3 log sigma.
 */
static void centred_points_have_fewer_degrees_of_freedom(void **state) {
  (void)state;
  likelihood got;
  double nll, se;
  measure(&centred, false, DIVERGENCE_EXACT, 1e-7, &got, &nll, &se);
  fixture_near(got.nll, nll + SPACE * log(sigma), 2e-5);
}

/* e'(a I)e = a d for every Rademacher probe: Hutchinson has no variance here. */
static void hutchinson_is_exact_for_multiples_of_identity(void **state) {
  (void)state;
  likelihood got;
  double nll, se;
  measure(&plain, false, DIVERGENCE_HUTCHINSON, 1e-7, &got, &nll, &se);
  fixture_near(got.nll, nll, 2e-5);
}

/* Probes are projected like the data, so the centre's part of the trace is left out on average:
 * |Pi e|^2 has mean (N - 1) D. */
static void projected_probes_see_the_subspace(void **state) {
  (void)state;
  likelihood got;
  double nll, se;
  measure(&centred, false, DIVERGENCE_HUTCHINSON, 1e-7, &got, &nll, &se);
  /* sd of |Pi e|^2 is about 2 for 4 particles in 3 dimensions; times log sigma, over 120 draws */
  fixture_near(got.nll, nll, 3 * 2.2 * fabs(log(sigma)) / sqrt(3.0 * POINTS));
  assert_true(fabs(got.nll - nll) > 1e-9);
}

static void loose_tolerance_is_the_papers(void **state) {
  (void)state;
  likelihood got;
  double nll, se;
  measure(&plain, false, DIVERGENCE_EXACT, 1e-2, &got, &nll, &se);
  fixture_near(got.nll, nll, 0.1);
  assert_true(got.stats.nfev <= 38);
}

/* div(v_y / v_z) = div(v_y) / v_z - v_y . grad(v_z) / v_z^2: without the second part this NLL would
 * be 0.07 nats larger. Hutchinson's estimate is of the quotient's trace, so it is exact as before.
 */
static void quotients_give_the_same_nll(void **state) {
  (void)state;
  likelihood got;
  double nll, se;
  check_exact(&plain, true);
  measure(&plain, true, DIVERGENCE_HUTCHINSON, 1e-7, &got, &nll, &se);
  fixture_near(got.nll, nll, 2e-5);
}

static void likelihoods_with_v_z_begin_before_one(void **state) {
  (void)state;
  network net = {.task = {.domain = &plain}};
  fixture_near(flow_ode_data_end(&net), 1, 0);
  net.task.vz = true;
  fixture_near(flow_ode_data_end(&net), 1 - 1e-5, 0);
}

/* What generation integrates: whole batches and chunks, v_y / v_z. */
static void the_field_is_divided(void **state) {
  (void)state;
  failure err = {0};
  network net[2];
  const hifm_plugin *const plugins[] = {&gaussian, &quotient};
  double points[POINTS * D];
  float x[POINTS * D], z[POINTS], v[2][POINTS * D], raw[POINTS * (D + 1)];
  draw(points, POINTS, &plain);
  for (size_t i = 0; i < POINTS * D; i++) x[i] = (float)points[i];
  for (size_t b = 0; b < POINTS; b++) z[b] = (float)b / POINTS;
  const hifm_batch batch = {POINTS, POINTS, x, z};
  const float w = 0;
  for (size_t k = 0; k < 2; k++) {
    const hifm_bound bound = {plugins[k], NULL};
    assert_int_equal(network_open(&net[k], bound, &plain, k == 1, POINTS, &err), STATUS_OK);
    network_velocity(&net[k], &w, &batch, v[k]);
  }
  network_forward(&net[1], &w, &batch, raw);
  for (size_t i = 0; i < POINTS * D; i++) {
    fixture_near(v[1][i], v[0][i], 1e-6);
    fixture_near(v[1][i] * raw[i / D * (D + 1) + D], raw[i / D * (D + 1) + i % D], 1e-6);
  }
  network_close(&net[0]);
  network_close(&net[1]);
  assert_int_equal(network_open(&net[0], (hifm_bound){&gaussian, NULL}, &plain, true, 1, &err),
                   STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "gaussian does not answer v_z"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact_divergence_gives_exact_nll),
      cmocka_unit_test(centred_points_have_fewer_degrees_of_freedom),
      cmocka_unit_test(hutchinson_is_exact_for_multiples_of_identity),
      cmocka_unit_test(projected_probes_see_the_subspace),
      cmocka_unit_test(loose_tolerance_is_the_papers),
      cmocka_unit_test(quotients_give_the_same_nll),
      cmocka_unit_test(likelihoods_with_v_z_begin_before_one),
      cmocka_unit_test(the_field_is_divided),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
