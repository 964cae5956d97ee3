/* The scorecard of a flow whose density is known: a normal of deviation SIGMA in each coordinate.
 */
#include "base/memory.h"
#include "fixture.h"
#include "hifm/rng.h"
#include "job/likelihood.h"
#include "job/scorecard.h"

#include <math.h>

enum { PARTICLES = 3, SPACE = 2, D = PARTICLES * SPACE, FREEDOM = D - SPACE };
enum { SAMPLES = 4000, POINTS = 1000 };

static const double SIGMA = 0.7, LOG_TWO_PI = 1.8378770664093453;

static size_t tensors(const void *self, const hifm_task *task, hifm_tensor *out, size_t room) {
  (void)self, (void)task;
  if (room) out[0] = (hifm_tensor){"unused", 1, 1, HIFM_INIT_ZERO, 1};
  return 1;
}

static size_t chunk(const void *self, const hifm_task *task, size_t n) {
  (void)self, (void)task;
  return n;
}

static size_t work(const void *self, const hifm_task *task, size_t n) {
  (void)self, (void)task, (void)n;
  return 64;
}

static double turn; /* radians by which a path turns about the origin, in the plane of a particle */

/* y(z) = sigma^z R(turn z) y(0), R a rotation: v = log(sigma) y + turn J y, of divergence
 * FREEDOM log(sigma) on the subspace. */
static bool divergence(const void *self, const hifm_task *task, const float *w,
                       const hifm_batch *batch, float *v, float *out, void *memory) {
  const double rate = log(SIGMA);
  (void)self, (void)w, (void)memory;
  for (size_t i = 0; i < batch->n * task->domain->d; i += SPACE) {
    const double x = (double)batch->x[i], y = (double)batch->x[i + 1];
    v[i] = (float)(rate * x - turn * y);
    v[i + 1] = (float)(rate * y + turn * x);
  }
  for (size_t b = 0; b < batch->n; b++) out[b] = (float)(FREEDOM * rate);
  return true;
}

static void forward(const void *self, const hifm_task *task, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  float room[POINTS];
  divergence(self, task, w, batch, v, room, memory);
}

static const hifm_network_ops OPS = {
    .tensors = tensors, .chunk = chunk, .work = work, .forward = forward, .divergence = divergence};
static const hifm_plugin FLOW = {
    .abi = HIFM_ABI, .kind = HIFM_NETWORK, .name = "flow", .ops = {.network = &OPS}};
static const hifm_domain CENTRED = {
    .d = D, .particles = PARTICLES, .space = SPACE, .centred = true};

static double deviation; /* of the target */

static hifm_status value_of(const void *self, const hifm_configuration *at, double *out,
                            hifm_error *err) {
  (void)self, (void)err;
  *out = 0;
  for (size_t i = 0; i < D; i++) *out += 0.5 * at->y[i] * at->y[i] / (deviation * deviation);
  return HIFM_OK;
}

static const hifm_energy_ops ENERGY = {.value = value_of,
                                       .invariances = HIFM_INVARIANT_TRANSLATION};
static const hifm_plugin TARGET = {
    .abi = HIFM_ABI, .kind = HIFM_ENERGY, .name = "target", .ops = {.energy = &ENERGY}};

/* Test points of the target, on the subspace. */
static void draw_points(double *points) {
  for (size_t b = 0; b < POINTS; b++) {
    double *y = points + b * D;
    hifm_normals((hifm_stream){3, HIFM_RNG_CHECK}, 0, (uint32_t)b, D, y);
    for (size_t k = 0; k < SPACE; k++) {
      double mean = 0;
      for (size_t i = 0; i < PARTICLES; i++) mean += y[i * SPACE + k] / PARTICLES;
      for (size_t i = 0; i < PARTICLES; i++)
        y[i * SPACE + k] = deviation * (y[i * SPACE + k] - mean);
    }
  }
}

static scorecard measure(double target_deviation) {
  const fixture_setting settings[] = {{"rtol", 1e-7}, {"atol", 1e-7}, {NULL, 0}};
  deviation = target_deviation;
  double *points = memory_array(POINTS * D, sizeof *points), nll[POINTS];
  const float w = 0;
  network net;
  energy target;
  likelihood found;
  scorecard out;
  measure_settings set = {.solver = fixture_bind("solvers/rk45", &CENTRED, settings),
                          .max_attempts = 1000,
                          .samples = SAMPLES};
  draw_points(points);
  assert_int_equal(network_open(&net, (hifm_bound){&FLOW, NULL}, &CENTRED, false, POINTS, NULL),
                   STATUS_OK);
  assert_int_equal(energy_open(&target, (hifm_bound){&TARGET, NULL}, &CENTRED, NULL), STATUS_OK);
  const likelihood_request likely = {
      .net = &net, .w = &w, .points = points, .count = POINTS, .settings = &set, .each = nll};
  assert_int_equal(likelihood_measure(&likely, &found, NULL), STATUS_OK);
  const scorecard_request request = {.net = &net,
                                     .w = &w,
                                     .settings = &set,
                                     .target = &target,
                                     .points = points,
                                     .nll = nll,
                                     .count = POINTS};
  assert_int_equal(scorecard_measure(&request, &out, NULL), STATUS_OK);
  fixture_near(found.nll - out.entropy, out.kl_forward, 1e-9); /* KL = NLL - H */
  energy_close(&target);
  network_close(&net);
  fixture_drop(&set.solver);
  free(points);
  return out;
}

static double sum(const double *counts) {
  double out = 0;
  for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) out += counts[i];
  return out;
}

/* Every sample and test point is in each histogram once, a pair distance for each pair. */
static void expect_counts(const scorecard *card) {
  const double pairs = 3;
  fixture_near(card->samples, SAMPLES, 0);
  fixture_near(sum(card->energies.data), POINTS, 0);
  fixture_near(sum(card->energies.samples), SAMPLES, 0);
  fixture_near(sum(card->energies.reweighted), SAMPLES, 1e-6);
  fixture_near(sum(card->distances.data), POINTS * pairs, 0);
  fixture_near(sum(card->distances.samples), SAMPLES * pairs, 0);
  fixture_near(sum(card->distances.reweighted), SAMPLES * pairs, 1e-6);
}

static void a_flow_that_is_its_target(void **state) {
  (void)state;
  const scorecard card = measure(SIGMA);
  const double log_z = FREEDOM * (0.5 * LOG_TWO_PI + log(SIGMA));
  fixture_near(card.ess, 1, 1e-6);
  fixture_near(card.largest_weight, 1.0 / SAMPLES, 1e-6);
  fixture_near(card.log_z, log_z, 1e-5);
  fixture_near(card.log_z_bennett, log_z, 1e-5);
  fixture_near(card.kl_forward, 0, 1e-5);
  fixture_near(card.kl_reverse, 0, 1e-5);
  fixture_near(card.entropy, log_z + 0.5 * FREEDOM, 4 * card.entropy_se);
  assert_true(card.energy_w1 < 0.2 && card.distance_w1 < 0.05);
  expect_counts(&card);
}

/* From |y| to SIGMA |y|; the mean of |y(0)| in four dimensions is 3 sqrt(pi / 8). */
static void straight_paths(void **state) {
  (void)state;
  const scorecard card = measure(SIGMA);
  fixture_near(card.path_length, (1 - SIGMA) * 3 * sqrt(acos(-1) / 8), 4 * card.path_length_se);
  assert_true(card.path_length_se < 0.01);
  fixture_near(card.path_ratio, 1, 1e-6);
  assert_true(card.path_ratio_se < 1e-6);
}

/* Spirals: of each the same ratio of the length, |y(0)| times the integral of SIGMA^z |log SIGMA +
 * i turn|, and of the distance, |y(0)| |SIGMA exp(i turn) - 1|. */
static void paths_that_turn(void **state) {
  (void)state;
  turn = 2;
  const scorecard card = measure(SIGMA);
  const double length = (1 - SIGMA) / -log(SIGMA) * hypot(log(SIGMA), turn);
  fixture_near(card.path_ratio, length / hypot(SIGMA * cos(turn) - 1, SIGMA * sin(turn)), 1e-5);
  fixture_near(card.path_length, length * 3 * sqrt(acos(-1) / 8), 4 * card.path_length_se);
  fixture_near(card.ess, 1, 1e-6); /* a rotation does not change the density */
  turn = 0;
}

/* KL of two normals in FREEDOM dimensions. */
static double kl(double from, double to) {
  const double ratio = from * from / (to * to);
  return 0.5 * FREEDOM * (ratio - 1 - log(ratio));
}

static void a_flow_of_the_wrong_scale(void **state) {
  (void)state;
  const double t = 0.6;
  const scorecard card = measure(t);
  const double ratio = t * t / (SIGMA * SIGMA);
  fixture_near(card.ess, pow(ratio * sqrt(2 / ratio - 1), FREEDOM), 0.03);
  fixture_near(card.log_z, FREEDOM * (0.5 * LOG_TWO_PI + log(t)), 4 * card.log_z_se);
  fixture_near(card.log_z_bennett, FREEDOM * (0.5 * LOG_TWO_PI + log(t)),
               4 * card.log_z_bennett_se);
  fixture_near(card.kl_forward, kl(t, SIGMA), 4 * card.kl_forward_se);
  fixture_near(card.kl_reverse, kl(SIGMA, t), 4 * card.kl_reverse_se);
  expect_counts(&card);
  /* The mean of U in the bins of the weighted samples is that of the target. */
  const histogram *h = &card.energies;
  double mean = 0;
  for (size_t i = 0; i < HISTOGRAM_BINS; i++)
    mean += h->reweighted[i + 1] / SAMPLES *
            (h->low + (h->high - h->low) * ((double)i + 0.5) / HISTOGRAM_BINS);
  fixture_near(mean, 0.5 * FREEDOM, 0.1);
  /* U of the samples is that of the points times 1 / ratio: their mean differs by so much. */
  fixture_near(card.energy_w1, 0.5 * FREEDOM * (1 / ratio - 1), 0.2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_flow_that_is_its_target),
      cmocka_unit_test(straight_paths),
      cmocka_unit_test(paths_that_turn),
      cmocka_unit_test(a_flow_of_the_wrong_scale),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
