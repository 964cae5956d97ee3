/* EGNN layer by layer: v_z, and what conformance, which keeps to one layer, does not see. */
#include "fixture.h"
#include "hifm/rng.h"
#include "host/network.h"

#include <math.h>

enum { N = 4, D = 3 * N, FEW = 3, OUT = D + 1 };

static const hifm_domain domain = {.d = D, .particles = N, .space = 3, .centred = true};

typedef struct subject {
  hifm_bound bound;
  network net;
  float *w;
} subject;

/* Small, with weights so large that every part matters. */
static void set_up(subject *s, bool vz, double layers) {
  const fixture_setting settings[] = {{"layers", layers}, {"distance", 1}, {"evaluate", 1},
                                      {"width", 6},       {"depth", 2},    {NULL, 0}};
  failure err = {0};
  s->bound = fixture_bind("networks/egnn", &domain, settings);
  assert_int_equal(network_open(&s->net, s->bound, &domain, vz, FEW, &err), STATUS_OK);
  s->w = calloc(s->net.weights, sizeof *s->w);
  for (uint32_t k = 0; k < s->net.weights; k++)
    s->w[k] = (float)(1.4 * hifm_uniform((hifm_stream){6, HIFM_RNG_CHECK}, 0, k) - 0.7);
}

static void tear_down(subject *s) {
  network_close(&s->net);
  fixture_drop(&s->bound);
  free(s->w);
}

static void draw(float *x, float *z) {
  double y[D];
  for (uint32_t b = 0; b < FEW; b++) {
    hifm_normals((hifm_stream){1, HIFM_RNG_CHECK}, 0, b, D, y);
    for (size_t i = 0; i < D; i++) x[b * D + i] = (float)y[i];
    z[b] = 0.3f * (float)(b + 1);
  }
}

/* The general layer, which answers v_z too, against the sum over single pairs of one layer: the
 * weights that both have come first. */
static void v_z_leaves_v_y_alone(void **state) {
  float x[FEW * D], z[FEW], v[FEW * D], both[FEW * OUT];
  subject plain, more;
  (void)state;
  set_up(&plain, false, 1);
  set_up(&more, true, 1);
  draw(x, z);
  const hifm_batch batch = {FEW, FEW, x, z};
  network_forward(&plain.net, plain.w, &batch, v);
  network_forward(&more.net, more.w, &batch, both);
  for (size_t i = 0; i < FEW * D; i++)
    fixture_near(both[i / D * OUT + i % D], v[i], 2e-6 * (1 + fabs((double)v[i])));
  tear_down(&plain);
  tear_down(&more);
}

/* Positive; another for other points; the same for the points turned and renumbered. */
static void v_z_is_invariant(void **state) {
  float x[FEW * D], turned[FEW * D], z[FEW], v[FEW * OUT], w[FEW * OUT];
  (void)state;
  for (int layers = 1; layers <= 2; layers++) {
    subject s;
    set_up(&s, true, layers);
    draw(x, z);
    for (size_t b = 0; b < FEW; b++) {
      z[b] = 0.4f;
      for (size_t i = 0; i < N; i++) {
        const float *from = x + b * D + 3 * i;
        float *to = turned + b * D + 3 * (N - 1 - i);
        to[0] = 0.6f * from[0] - 0.8f * from[1];
        to[1] = 0.8f * from[0] + 0.6f * from[1];
        to[2] = from[2];
      }
    }
    network_forward(&s.net, s.w, &(hifm_batch){FEW, FEW, x, z}, v);
    network_forward(&s.net, s.w, &(hifm_batch){FEW, FEW, turned, z}, w);
    for (size_t b = 0; b < FEW; b++) {
      assert_true(v[b * OUT + D] > 0);
      fixture_near(w[b * OUT + D], v[b * OUT + D], 1e-5 * (double)v[b * OUT + D]);
    }
    assert_true(fabs((double)(v[D] - v[OUT + D])) > 1e-3 * (double)v[D]);
    tear_down(&s);
  }
}

static double weighted_sum(subject *s, const hifm_batch *batch, const float *weight) {
  float v[FEW * OUT];
  double sum = 0;
  network_forward(&s->net, s->w, batch, v);
  for (size_t i = 0; i < FEW * s->net.outputs; i++) sum += (double)weight[i] * (double)v[i];
  return sum;
}

/* The fourth-order difference of `sum` by one number. */
static double slope_by(subject *s, const hifm_batch *batch, const float *weight, float *number) {
  static const double SHIFT[] = {-2, -1, 1, 2}, SHARE[] = {1, -8, 8, -1};
  const double h = 0.04;
  const float kept = *number;
  double sum = 0;
  for (size_t m = 0; m < 4; m++) {
    *number = (float)((double)kept + SHIFT[m] * h);
    sum += SHARE[m] / (12 * h) * weighted_sum(s, batch, weight);
  }
  *number = kept;
  return sum;
}

/* Several layers have no default, so plugin check does not see them: every weight and coordinate
 * here, with v_z and without. */
static void layers_have_right_gradients(void **state) {
  float x[FEW * D], z[FEW], weight[FEW * OUT], dx[FEW * D];
  double normals[FEW * OUT];
  (void)state;
  for (int kind = 0; kind < 3; kind++) {
    subject s;
    set_up(&s, kind < 2, kind == 0 ? 1 : 2);
    draw(x, z);
    const hifm_batch batch = {FEW, FEW, x, z};
    const hifm_network_ops *ops = s.bound.plugin->ops.network;
    float *dw = calloc(s.net.weights, sizeof *dw);
    hifm_normals((hifm_stream){8, HIFM_RNG_CHECK}, 0, 0, FEW * OUT, normals);
    for (size_t i = 0; i < FEW * OUT; i++) weight[i] = (float)normals[i];
    weighted_sum(&s, &batch, weight);
    assert_int_equal(s.net.chunk, FEW);
    ops->backward(s.bound.self, &s.net.task, s.w, &batch, weight, dw, dx, s.net.lanes[0].work);
    for (size_t k = 0; k < s.net.weights; k++)
      fixture_near(dw[k], slope_by(&s, &batch, weight, s.w + k), 2e-3 * (1 + fabs((double)dw[k])));
    for (size_t k = 0; k < FEW * D; k++)
      fixture_near(dx[k], slope_by(&s, &batch, weight, x + k), 2e-3 * (1 + fabs((double)dx[k])));
    free(dw);
    tear_down(&s);
  }
}

static void series_has_no_v_z(void **state) {
  const fixture_setting settings[] = {{"evaluate", 2}, {NULL, 0}};
  hifm_bound bound = fixture_bind("networks/egnn", &domain, settings);
  network net;
  failure err = {0};
  (void)state;
  assert_int_equal(network_open(&net, bound, &domain, true, FEW, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "network: egnn refuses: evaluate = \"spectral\" has no v_z"));
  network_close(&net);
  assert_int_equal(network_open(&net, bound, &domain, false, FEW, &err), STATUS_OK);
  network_close(&net);
  fixture_drop(&bound);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(v_z_leaves_v_y_alone),
      cmocka_unit_test(v_z_is_invariant),
      cmocka_unit_test(layers_have_right_gradients),
      cmocka_unit_test(series_has_no_v_z),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
