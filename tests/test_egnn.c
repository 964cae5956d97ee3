/* EGNN of one layer: the series gives what pair-by-pair evaluation gives, at the weights a run
 * begins with and at sharp ones. */
#include "fixture.h"
#include "hifm/rng.h"
#include "host/network.h"
#include "job/adamw.h"

#include <math.h>

enum { N = 13, D = 3 * N, POINTS = 200 };

static const hifm_domain domain = {.d = D, .particles = N, .space = 3, .centred = true};

typedef struct subject {
  hifm_bound bound;
  network net;
  float *w;
} subject;

/* What the edge MLP sees; all settings of the field together. */
enum { SQUARED, LOG, FIELD };

static void set_up(subject *s, int kind, double evaluate, double width, double sharpness) {
  const double field = kind == FIELD;
  const fixture_setting settings[] = {{"distance", kind == LOG},
                                      {"evaluate", evaluate},
                                      {"width", width},
                                      {"activation", field},
                                      {"attention", field},
                                      {"tanh_range", field * 2},
                                      {"aggregation", field},
                                      {"normalise", field},
                                      {"initial_distance", field},
                                      {NULL, 0}};
  failure err = {0};
  s->bound = fixture_bind("networks/egnn", &domain, settings);
  assert_int_equal(network_open(&s->net, s->bound, &domain, false, POINTS, &err), STATUS_OK);
  s->w = calloc(s->net.weights, sizeof *s->w);
  network_initialise(&s->net, 4, s->w);
  /* Larger kernels make sharper functions of distance and z, as training does. */
  float *w = s->w;
  for (size_t i = 0; i < s->net.count; i++) {
    const size_t size = s->net.tensors[i].rows * s->net.tensors[i].columns;
    const bool last = s->net.tensors[i].init == HIFM_INIT_XAVIER;
    for (size_t k = 0; k < size; k++) w[k] *= (float)(last ? 300 : sharpness);
    w += size;
  }
}

static void tear_down(subject *s) {
  network_close(&s->net);
  fixture_drop(&s->bound);
  free(s->w);
}

/* Points between noise and a lattice, as on a path: close pairs at small z, compact at z near 1.
 * Batch `call`. */
static void draw(uint64_t call, float *x, float *z, float *target, bool one_z) {
  for (uint32_t b = 0; b < POINTS; b++) {
    double noise[D];
    hifm_normals((hifm_stream){1, HIFM_RNG_CHECK}, call, b, D, noise);
    z[b] = one_z ? 0.7f : (float)hifm_uniform((hifm_stream){2, HIFM_RNG_CHECK}, call, b);
    for (size_t i = 0; i < D; i++) {
      const double lattice = 1.1 * (double)((i / 3) * (i % 3 + 1) % 3);
      x[b * D + i] = (float)((double)z[b] * lattice + (1 - 0.9 * (double)z[b]) * noise[i]);
      if (target) target[b * D + i] = (float)(lattice - 0.9 * noise[i]);
    }
  }
}

static void draw_batch(float *x, float *z, bool one_z) {
  draw(0, x, z, NULL, one_z);
}

static double square_loss(void *context, size_t thread, size_t first, size_t n, const float *v,
                          float *dv) {
  (void)thread;
  const float *target = (const float *)context + first * D;
  double sum = 0;
  for (size_t i = 0; i < n * D; i++) {
    const float r = v[i] - target[i];
    sum += (double)r * (double)r;
    dv[i] = 2 * r / POINTS;
  }
  return sum;
}

static double relative(const float *x, const float *y, size_t n) {
  double difference = 0, size = 0;
  for (size_t i = 0; i < n; i++) {
    difference += pow((double)x[i] - (double)y[i], 2);
    size += pow((double)y[i], 2);
  }
  return sqrt(difference / size);
}

/* Loss and the gradient of every tensor by both, at the weights of `series`: relative differences
 * within the bound. */
static void compare_gradients(subject *direct, subject *series, const hifm_batch *batch,
                              float *target, double bound) {
  const size_t size = series->net.weights * sizeof(float);
  float *dw[2] = {calloc(1, size), calloc(1, size)};
  memcpy(direct->w, series->w, size);
  const double expected =
      network_loss_gradient(&direct->net, direct->w, batch, square_loss, target, dw[0]);
  const double loss =
      network_loss_gradient(&series->net, series->w, batch, square_loss, target, dw[1]);
  fixture_near(loss, expected, bound * fabs(expected));
  size_t at = 0;
  for (size_t i = 0; i < direct->net.count; i++) {
    const size_t count = direct->net.tensors[i].rows * direct->net.tensors[i].columns;
    const double error = relative(dw[1] + at, dw[0] + at, count);
    if (!(error <= bound)) fail_msg("%s: %g", direct->net.tensors[i].name, error);
    at += count;
  }
  free(dw[0]);
  free(dw[1]);
}

static void compare_learning(int kind, double width, double sharpness, double bound) {
  static float x[POINTS * D], z[POINTS], target[POINTS * D];
  subject direct, series;
  set_up(&direct, kind, 1, width, sharpness);
  set_up(&series, kind, 2, width, sharpness);
  draw_batch(x, z, false);
  for (size_t i = 0; i < POINTS * D; i++) target[i] = x[i] * (1 + x[i] * x[i] / 10);
  const hifm_batch batch = {POINTS, POINTS, x, z};
  /* The second pass begins with the nodes that the first one settled on. */
  for (int pass = 0; pass < 2; pass++) compare_gradients(&direct, &series, &batch, target, bound);
  hifm_fact facts[8];
  assert_int_equal(network_facts(&series.net, facts, 8), 6);
  assert_string_equal(facts[0].name, "spectral_rows");
  assert_string_equal(facts[1].name, "spectral_direct");
  assert_true(facts[1].number < facts[0].number / 2); /* the series really was used */
  assert_true(facts[0].number < POINTS * 78 / 10);
  tear_down(&direct);
  tear_down(&series);
}

static void series_learns_like_pairs(void **state) {
  (void)state;
  compare_learning(SQUARED, 32, 1, 1e-5);
  compare_learning(SQUARED, 24, 1.5, 1e-5);
  compare_learning(LOG, 24, 1.5, 1e-5);
  compare_learning(FIELD, 24, 1.2, 1e-5);
}

/* The weights of a run: the initial ones, and those after 200 and 400 steps. */
static void series_learns_like_pairs_all_along(void **state) {
  static float x[POINTS * D], z[POINTS], target[POINTS * D];
  const optimizer_settings set = {.lr = 3e-3, .b1 = 0.9, .b2 = 0.999, .eps = 1e-8};
  subject direct, series;
  double first = 0, loss = 0;
  (void)state;
  set_up(&direct, LOG, 1, 24, 1);
  set_up(&series, LOG, 2, 24, 1);
  const size_t n = series.net.weights;
  float *g = calloc(n, sizeof *g), *m = calloc(n, sizeof *m), *v = calloc(n, sizeof *v);
  const hifm_batch batch = {POINTS, POINTS, x, z};
  for (uint64_t step = 0; step <= 400; step++) {
    draw(step, x, z, target, false);
    if (step % 200 == 0) compare_gradients(&direct, &series, &batch, target, 1e-5);
    memset(g, 0, n * sizeof *g);
    loss = network_loss_gradient(&series.net, series.w, &batch, square_loss, target, g);
    if (step == 0) first = loss;
    adamw_step(&set, set.lr, step + 1, n, g, series.w, m, v);
  }
  assert_true(loss < 0.8 * first); /* it did learn */
  free(g);
  free(m);
  free(v);
  tear_down(&direct);
  tear_down(&series);
}

static void series_divergence_is_that_of_pairs(void **state) {
  static float x[POINTS * D], z[POINTS], v[2][POINTS * D], divergence[2][POINTS];
  (void)state;
  for (int k = 0; k < 6; k++) {
    const int one_z = k % 2, kind = k / 2;
    subject direct, series;
    set_up(&direct, kind, 1, 32, 1.3);
    set_up(&series, kind, 2, 32, 1.3);
    draw_batch(x, z, one_z);
    const hifm_batch batch = {POINTS, one_z ? 1 : POINTS, x, z};
    network_divergence(&direct.net, direct.w, &batch, v[0], divergence[0]);
    network_divergence(&series.net, series.w, &batch, v[1], divergence[1]);
    assert_true(relative(v[1], v[0], POINTS * D) <= 1e-5);
    assert_true(relative(divergence[1], divergence[0], POINTS) <= 1e-5);
    tear_down(&direct);
    tear_down(&series);
  }
}

/* Measuring between two steps changes no bit of training, nor of the adaptive state. */
static void measuring_leaves_no_trace(void **state) {
  static float x[POINTS * D], z[POINTS], v[2][POINTS * D], scratch[POINTS * D], divergence[POINTS];
  (void)state;
  const float one_z = 0.3f;
  draw_batch(x, z, false);
  const hifm_batch batch = {POINTS, POINTS, x, z}, measured = {POINTS, 1, x, &one_z};
  for (int k = 0; k < 2; k++) {
    subject series;
    set_up(&series, SQUARED, 2, 16, 1.5);
    network_forward(&series.net, series.w, &batch, v[k]);
    if (k) network_divergence(&series.net, series.w, &measured, scratch, divergence);
    network_forward(&series.net, series.w, &batch, v[k]);
    tear_down(&series);
  }
  assert_memory_equal(v[0], v[1], sizeof v[0]);
}

/* A function too sharp for any series falls back to pairs, and says so. */
static void hopeless_series_falls_back(void **state) {
  static float x[POINTS * D], z[POINTS], v[2][POINTS * D];
  subject direct, series;
  (void)state;
  set_up(&direct, SQUARED, 1, 16, 12);
  set_up(&series, SQUARED, 2, 16, 12);
  draw_batch(x, z, false);
  const hifm_batch batch = {POINTS, POINTS, x, z};
  network_forward(&direct.net, direct.w, &batch, v[0]);
  network_forward(&series.net, series.w, &batch, v[1]);
  assert_true(relative(v[1], v[0], POINTS * D) <= 1e-5);
  hifm_fact facts[8];
  network_facts(&series.net, facts, 8);
  assert_string_equal(facts[4].name, "spectral_missed");
  assert_true(facts[4].number > 0);
  tear_down(&direct);
  tear_down(&series);
}

static void series_needs_one_layer(void **state) {
  const fixture_setting settings[] = {{"evaluate", 2}, {"layers", 2}, {NULL, 0}};
  hifm_bound bound;
  hifm_error err = {0};
  (void)state;
  assert_int_equal(fixture_try("networks/egnn", &domain, settings, &bound, &err),
                   HIFM_BAD_SETTINGS);
  assert_non_null(strstr(err.message, "one layer only"));
  fixture_drop(&bound);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(series_learns_like_pairs),
      cmocka_unit_test(series_learns_like_pairs_all_along),
      cmocka_unit_test(series_divergence_is_that_of_pairs),
      cmocka_unit_test(measuring_leaves_no_trace),
      cmocka_unit_test(hopeless_series_falls_back),
      cmocka_unit_test(series_needs_one_layer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
