/* Samples of a flow whose field is known: every sample is its noise, scaled. */
#include "base/memory.h"
#include "fixture.h"
#include "hifm/rng.h"
#include "job/sample.h"

#include <math.h>

enum { N = 150, BLOCKS = 2, PARTICLES = 4, SPACE = 3, D = PARTICLES * SPACE, STEPS = 8 };

static const double SIGMA = 0.5; /* of the data */

/* Data N(0, sigma^2) on a straight path has variance S(z) = z^2 sigma^2 + (1 - z)^2 and the
 * marginal field (S' / 2 S) y, whose flow is y(z) = sqrt(S(z)) y(0). */
static double variance(double z) {
  return z * z * SIGMA * SIGMA + (1 - z) * (1 - z);
}

static size_t calls;

static size_t tensors(const void *self, const hifm_task *task, hifm_tensor *out, size_t room) {
  (void)self, (void)task;
  if (room) out[0] = (hifm_tensor){"rate", 1, 1, HIFM_INIT_ZERO, 1};
  return 1;
}

static size_t chunk(const void *self, const hifm_task *task, size_t n) {
  (void)self, (void)task, (void)n;
  return SAMPLE_BLOCK_MOST; /* calls are evaluations */
}

static size_t work(const void *self, const hifm_task *task, size_t n) {
  (void)self, (void)task, (void)n;
  return 64;
}

/* The field, times the one weight. */
static void forward(const void *self, const hifm_task *task, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  (void)self, (void)memory;
  const double z = (double)batch->z[0];
  const double rate = (double)*w * (z * SIGMA * SIGMA - (1 - z)) / variance(z);
  assert_int_equal(batch->nz, 1);
  for (size_t i = 0; i < batch->n * task->domain->d; i++)
    v[i] = (float)(rate * (double)batch->x[i]);
  calls++;
}

static const hifm_network_ops OPS = {
    .tensors = tensors, .chunk = chunk, .work = work, .forward = forward};
static const hifm_plugin GAUSSIAN = {
    .abi = HIFM_ABI, .kind = HIFM_NETWORK, .name = "gaussian", .ops = {.network = &OPS}};

static const hifm_domain PLAIN = {.d = D};
static const hifm_domain IMAGE = {.d = D, .height = 3, .width = 4, .channels = 1};
static const hifm_domain CENTRED = {
    .d = D, .particles = PARTICLES, .space = SPACE, .centred = true};

/* y [steps + 1, n, d] at the front of a block of N points a state. */
static status_code draw(const hifm_domain *domain, float weight, uint32_t seed, size_t n,
                        size_t steps, double *y, double *nfe, failure *err) {
  const fixture_setting settings[] = {{"rtol", 1e-8}, {"atol", 1e-8}, {NULL, 0}};
  network net;
  measure_settings set = {.solver = fixture_bind("solvers/rk45", domain, settings),
                          .max_attempts = 200};
  assert_int_equal(
      network_open(&net, (hifm_bound){&GAUSSIAN, NULL}, domain, false, SAMPLE_BLOCK_MOST, err),
      STATUS_OK);
  const sample_request request = {
      .net = &net, .w = &weight, .settings = &set, .seed = seed, .count = n, .steps = steps};
  status_code status = sample_draw(&request, y, nfe, err);
  network_close(&net);
  fixture_drop(&set.solver);
  return status;
}

static double y[(STEPS + 1) * N * D], other[(STEPS + 1) * N * D];
static double nfe;
static failure err;

static void samples_are_scaled_noise(void **state) {
  (void)state;
  calls = 0;
  assert_int_equal(draw(&PLAIN, 1, 7, N, 1, y, &nfe, &err), STATUS_OK);
  fixture_near(nfe * BLOCKS, (double)calls, 1e-9);
  for (size_t i = 0; i < N * D; i++) fixture_near(y[N * D + i], SIGMA * y[i], 1e-6);
}

/* Each state of a strip is on the exact path, and the restarts are counted. */
static void steps_lie_on_the_path(void **state) {
  (void)state;
  calls = 0;
  assert_int_equal(draw(&PLAIN, 1, 7, N, STEPS, y, &nfe, &err), STATUS_OK);
  fixture_near(nfe * BLOCKS, (double)calls, 1e-9);
  assert_true(nfe >= 8 * STEPS);
  for (size_t k = 0; k <= STEPS; k++)
    for (size_t i = 0; i < N * D; i++)
      fixture_near(y[k * N * D + i], sqrt(variance((double)k / STEPS)) * y[i], 1e-6);
}

/* Bit for bit, in every state: a solver chooses its steps for all points of a block. */
static void samples_do_not_depend_on_their_number(void **state) {
  (void)state;
  static const hifm_domain *const DOMAINS[] = {&PLAIN, &IMAGE, &CENTRED};
  static const size_t COUNTS[] = {1, 8, 9, 10, 128, 129};
  for (size_t at = 0; at < 3 * 6; at++) {
    const hifm_domain *domain = DOMAINS[at / 6];
    const size_t n = COUNTS[at % 6];
    assert_int_equal(draw(domain, 1, 7, N, STEPS, y, &nfe, &err), STATUS_OK);
    assert_int_equal(draw(domain, 1, 7, n, STEPS, other, &nfe, &err), STATUS_OK);
    for (size_t k = 0; k <= STEPS; k++)
      assert_memory_equal(other + k * n * D, y + k * N * D, n * D * sizeof *y);
  }
}

/* Mean 0 and variance 1 of N D = 1800 numbers, within four standard errors. */
static void noise_is_normal(void **state) {
  (void)state;
  double sum = 0, squares = 0;
  assert_int_equal(draw(&PLAIN, 0, 7, N, 1, y, &nfe, &err), STATUS_OK);
  for (size_t i = 0; i < N * D; i++) {
    sum += y[i];
    squares += y[i] * y[i];
  }
  fixture_near(sum / (N * D), 0, 4 / sqrt(N * D));
  fixture_near(squares / (N * D), 1, 4 * sqrt(2.0 / (N * D)));
}

/* Sample i begins with noise of (seed, i) alone: more samples are further ones. */
static void noise_is_keyed_by_seed_and_index(void **state) {
  (void)state;
  assert_int_equal(draw(&PLAIN, 0, 7, N, 1, y, &nfe, &err), STATUS_OK);
  assert_int_equal(draw(&PLAIN, 0, 7, 3, 1, other, &nfe, &err), STATUS_OK);
  assert_memory_equal(other, y, 3 * D * sizeof *y);
  double noise[D];
  hifm_normals((hifm_stream){7, HIFM_RNG_PRIOR}, 0, 2, D, noise);
  assert_memory_equal(noise, y + 2 * D, sizeof noise);
  assert_int_equal(draw(&PLAIN, 0, 8, N, 1, other, &nfe, &err), STATUS_OK);
  for (size_t i = 0; i < N * D; i++) assert_true(other[i] != y[i]);
}

/* Zero centre of mass, and the other directions as they were drawn. */
static void centred_noise_is_projected(void **state) {
  (void)state;
  assert_int_equal(draw(&PLAIN, 0, 7, N, 1, other, &nfe, &err), STATUS_OK);
  assert_int_equal(draw(&CENTRED, 1, 7, N, 1, y, &nfe, &err), STATUS_OK);
  for (size_t b = 0; b < N; b++)
    for (size_t k = 0; k < SPACE; k++) {
      const size_t at = b * D + k;
      double sum = 0;
      for (size_t i = 0; i < PARTICLES; i++) sum += y[at + i * SPACE];
      fixture_near(sum, 0, 1e-14);
      fixture_near(y[at + SPACE] - y[at], other[at + SPACE] - other[at], 1e-14);
      fixture_near(y[N * D + at], SIGMA * y[at], 1e-6);
    }
}

static void numbers_that_are_not_finite_are_no_samples(void **state) {
  (void)state;
  assert_int_equal(draw(&PLAIN, NAN, 7, N, 1, y, &nfe, &err), STATUS_DIVERGED);
  assert_non_null(strstr(err.message, "not finite"));
  assert_int_equal(draw(&PLAIN, 1e30f, 7, N, 1, y, &nfe, &err), STATUS_DIVERGED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(samples_are_scaled_noise),
      cmocka_unit_test(steps_lie_on_the_path),
      cmocka_unit_test(samples_do_not_depend_on_their_number),
      cmocka_unit_test(noise_is_normal),
      cmocka_unit_test(noise_is_keyed_by_seed_and_index),
      cmocka_unit_test(centred_noise_is_projected),
      cmocka_unit_test(numbers_that_are_not_finite_are_no_samples),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
