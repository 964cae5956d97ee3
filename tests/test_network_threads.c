/* Threads and microbatches: the bits of a network's results do not depend on the number of threads,
 * and microbatches give the gradient of the whole batch. */
#include "fixture.h"
#include "hifm/rng.h"
#include "host/network.h"

enum { N = 6, D = 3 * N, POINTS = 21, MICROBATCH = 6, STEPS = 3, THREADS = 4, ROOM = 4096 };

static const hifm_domain domain = {.d = D, .particles = N, .space = 3, .centred = true};

typedef struct network_case {
  const char *plugin;
  const fixture_setting *settings;
} network_case;

static const fixture_setting SMALL[] = {{"width", 8}, {NULL, 0}};
static const fixture_setting SERIES[] = {{"width", 8}, {"evaluate", 2}, {NULL, 0}};
static const fixture_setting LAYERS[] = {{"width", 8}, {"layers", 2}, {NULL, 0}};
static const network_case CASES[] = {
    {"networks/mlp", SMALL}, {"networks/egnn", SERIES}, {"networks/egnn", LAYERS}};
enum { CASE_COUNT = sizeof CASES / sizeof *CASES };

typedef struct results {
  float gradient[ROOM], v[POINTS * D], divergence[POINTS], estimate[POINTS];
  double loss;
} results;

static float x[POINTS * D], z[POINTS], probe[POINTS * D];

static void draw(void) {
  double normals[2 * D];
  for (uint32_t b = 0; b < POINTS; b++) {
    hifm_normals((hifm_stream){3, HIFM_RNG_CHECK}, 0, b, 2 * D, normals);
    z[b] = ((float)b + 0.5f) / POINTS;
    for (size_t i = 0; i < D; i++) x[b * D + i] = (float)normals[i];
    for (size_t i = 0; i < D; i++) probe[b * D + i] = normals[D + i] > 0 ? 1 : -1;
  }
}

/* Half the square of v; it counts on its thread's number. */
static double half_square(void *context, size_t thread, size_t first, size_t n, const float *v,
                          float *dv) {
  double sum = 0;
  assert_true(thread < *(const size_t *)context);
  assert_true(first + n <= POINTS);
  for (size_t i = 0; i < n * D; i++) {
    sum += 0.5 * (double)v[i] * (double)v[i];
    dv[i] = v[i];
  }
  return sum;
}

/* Some training passes, after which an adaptive network has learned something, and evaluations. */
static void evaluate(const network_case *it, size_t microbatch, size_t threads, results *out) {
  const float shared = 0.4f;
  const hifm_batch batch = {POINTS, POINTS, x, z}, alike = {POINTS, 1, x, &shared};
  hifm_bound bound = fixture_bind(it->plugin, &domain, it->settings);
  network net;
  memset(out, 0, sizeof *out);
  assert_int_equal(network_open(&net, bound, &domain, false, POINTS, NULL), STATUS_OK);
  network_spread(&net, microbatch, threads);
  assert_true(net.weights <= ROOM);
  float *w = calloc(net.weights, sizeof *w);
  network_initialise(&net, 1, w);
  for (size_t i = 0; i < net.weights; i++) w[i] += 0.05f * (float)((i * 7) % 5);
  for (int step = 0; step < STEPS; step++) {
    memset(out->gradient, 0, sizeof out->gradient);
    out->loss = network_loss_gradient(&net, w, &batch, half_square, &threads, out->gradient);
  }
  network_divergence(&net, w, &alike, out->v, out->divergence);
  network_velocity(&net, w, &alike, out->v);
  network_hutchinson(&net, w, &alike, probe, out->v, out->estimate);
  free(w);
  network_close(&net);
  fixture_drop(&bound);
}

static void bits_do_not_depend_on_threads(void **state) {
  (void)state;
  for (size_t k = 0; k < CASE_COUNT; k++)
    for (size_t microbatch = 0; microbatch <= MICROBATCH; microbatch += MICROBATCH) {
      results one, more;
      evaluate(&CASES[k], microbatch, 1, &one);
      assert_true(one.loss > 0);
      for (size_t threads = 2; threads <= THREADS; threads++) {
        evaluate(&CASES[k], microbatch, threads, &more);
        assert_memory_equal(&one, &more, sizeof one);
      }
    }
}

static void microbatches_add_up(void **state) {
  (void)state;
  for (size_t k = 0; k < CASE_COUNT; k++) {
    results whole, parts;
    double difference = 0, size = 0;
    evaluate(&CASES[k], 0, 1, &whole);
    evaluate(&CASES[k], MICROBATCH, 2, &parts);
    for (size_t i = 0; i < ROOM; i++) {
      difference += pow((double)whole.gradient[i] - (double)parts.gradient[i], 2);
      size += pow((double)whole.gradient[i], 2);
    }
    assert_true(size > 0);
    assert_true(difference <= 1e-10 * size);
    fixture_near(parts.loss, whole.loss, 1e-5 * whole.loss);
  }
}

/* What one network has learned is what another one goes on with, whatever its threads. */
static void states_go_on(void **state) {
  (void)state;
  size_t threads = 1, others = 3;
  const hifm_batch batch = {POINTS, POINTS, x, z};
  hifm_bound bound = fixture_bind("networks/egnn", &domain, SERIES);
  network from, to;
  assert_int_equal(network_open(&from, bound, &domain, false, POINTS, NULL), STATUS_OK);
  assert_int_equal(network_open(&to, bound, &domain, false, POINTS, NULL), STATUS_OK);
  network_spread(&from, MICROBATCH, threads);
  network_spread(&to, MICROBATCH, others);
  float *w = calloc(3 * from.weights, sizeof *w), *one = w + from.weights,
        *other = one + from.weights;
  network_initialise(&from, 1, w);
  for (int step = 0; step < STEPS; step++)
    network_loss_gradient(&from, w, &batch, half_square, &threads, one);
  void *learned = calloc(network_state_bytes(&from), 1);
  assert_true(network_state_bytes(&from) > 0);
  assert_int_equal(network_state_bytes(&from), network_state_bytes(&to));
  network_get_state(&from, learned);
  network_set_state(&to, learned);
  memset(one, 0, from.weights * sizeof *one);
  network_loss_gradient(&from, w, &batch, half_square, &threads, one);
  network_loss_gradient(&to, w, &batch, half_square, &others, other);
  assert_memory_equal(one, other, from.weights * sizeof *one);
  free(learned);
  free(w);
  network_close(&from);
  network_close(&to);
  fixture_drop(&bound);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(bits_do_not_depend_on_threads),
                                     cmocka_unit_test(microbatches_add_up),
                                     cmocka_unit_test(states_go_on)};
  draw();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
