/* The UNet against a second reading of its description, in double and without any trick; its
 * gradients against differences of that; its random trace against the exact one. */
#include "fixture.h"
#include "hifm/rng.h"
#include "host/network.h"

#include <math.h>

enum { SIDE = 8, D = SIDE * SIDE, WIDTH = 16, POINTS = 3 };

typedef struct subject {
  hifm_domain domain;
  hifm_bound bound;
  network net;
  size_t stride; /* numbers of v for a point */
  float *w, x[POINTS * D], z[POINTS], target[POINTS * (D + 1)];
} subject;

static void set_up(subject *s, bool vz) {
  const fixture_setting settings[] = {{"width", WIDTH}, {NULL, 0}};
  failure err = {0};
  double row[D + 1];
  *s = (subject){.domain = {.d = D, .height = SIDE, .width = SIDE, .channels = 1}};
  s->stride = vz ? D + 1 : D;
  s->bound = fixture_bind("networks/unet", &s->domain, settings);
  assert_int_equal(network_open(&s->net, s->bound, &s->domain, vz, POINTS, &err), STATUS_OK);
  s->w = calloc(s->net.weights, sizeof *s->w);
  network_initialise(&s->net, 4, s->w);
  for (size_t i = 0; i < s->net.weights; i++) /* biases, too */
    s->w[i] += 0.02f * (float)(hifm_uniform((hifm_stream){3, HIFM_RNG_CHECK}, i, 0) - 0.5);
  for (uint32_t b = 0; b < POINTS; b++) {
    hifm_normals((hifm_stream){1, HIFM_RNG_CHECK}, 0, b, D, row);
    for (size_t i = 0; i < D; i++) s->x[b * D + i] = (float)row[i];
    hifm_normals((hifm_stream){2, HIFM_RNG_CHECK}, 0, b, s->stride, row);
    for (size_t i = 0; i < s->stride; i++) s->target[b * s->stride + i] = (float)row[i];
    s->z[b] = 0.2f + 0.3f * (float)b;
  }
}

static void tear_down(subject *s) {
  network_close(&s->net);
  fixture_drop(&s->bound);
  free(s->w);
}

/* The reference reads the weights in the order of the tensors. Images: [side, side, channels]. */
typedef struct reader {
  const double *w;
} reader;

static const double *take(reader *r, size_t count) {
  const double *w = r->w;
  r->w += count;
  return w;
}

static double silu(double x) {
  return x / (1 + exp(-x));
}

static double pixel(const double *x, int side, size_t channels, int i, int j, size_t c) {
  if (i < 0 || j < 0 || i >= side || j >= side) return 0;
  return x[(size_t)(i * side + j) * channels + c];
}

/* y += x * w */
static void convolve(int side, size_t in, size_t out, const double *x, const double *w, double *y) {
  for (int i = 0; i < side; i++)
    for (int j = 0; j < side; j++)
      for (int tap = 0; tap < 9; tap++)
        for (size_t c = 0; c < in; c++) {
          const double at = pixel(x, side, in, i + tap / 3 - 1, j + tap % 3 - 1, c);
          const double *row = w + ((size_t)tap * in + c) * out;
          for (size_t o = 0; o < out; o++) y[(size_t)(i * side + j) * out + o] += at * row[o];
        }
}

/* Convolution of one or two inputs (of `skip` and `in` channels), a bias, SiLU; released by the
 * caller. */
static double *layer(int side, size_t skip, const double *first, size_t in, const double *x,
                     size_t out, const double *w, const double *bias, const double *shift) {
  const size_t count = (size_t)(side * side) * out;
  double *y = calloc(count, sizeof *y);
  for (size_t k = 0; k < count; k++) y[k] = bias[k % out] + (shift ? shift[k % out] : 0);
  if (skip) convolve(side, skip, out, first, w, y);
  convolve(side, in, out, x, w + 9 * skip * out, y);
  for (size_t k = 0; k < count; k++) y[k] = silu(y[k]);
  return y;
}

static double *half_as_large(int side, size_t channels, const double *x) {
  const int half = side / 2;
  double *y = calloc((size_t)(half * half) * channels, sizeof *y);
  for (int i = 0; i < side; i++)
    for (int j = 0; j < side; j++)
      for (size_t c = 0; c < channels; c++)
        y[(size_t)(i / 2 * half + j / 2) * channels + c] += pixel(x, side, channels, i, j, c) / 4;
  return y;
}

static double *twice_as_large(int side, size_t in, size_t out, const double *x, const double *w,
                              const double *bias) {
  const int twice = 2 * side;
  double *y = calloc((size_t)(twice * twice) * out, sizeof *y);
  for (int i = 0; i < twice; i++)
    for (int j = 0; j < twice; j++)
      for (size_t o = 0; o < out; o++) {
        double sum = bias[o];
        for (size_t c = 0; c < in; c++)
          sum += pixel(x, side, in, i / 2, j / 2, c) *
                 w[((size_t)(i % 2 * 2 + j % 2) * in + c) * out + o];
        y[(size_t)(i * twice + j) * out + o] = sum;
      }
  return y;
}

enum { FEATURES = 32, EMBEDDING = 4 * WIDTH };

static void embed(reader *r, double z, double *out) {
  const double *w = take(r, FEATURES * EMBEDDING), *bias = take(r, EMBEDDING);
  for (size_t o = 0; o < EMBEDDING; o++) {
    double sum = bias[o];
    for (size_t k = 0; k < FEATURES / 2; k++) {
      const double phase = z * pow(100, (double)k / (FEATURES / 2 - 1));
      sum += sin(phase) * w[k * EMBEDDING + o];
      sum += cos(phase) * w[(k + FEATURES / 2) * EMBEDDING + o];
    }
    out[o] = silu(sum);
  }
}

static double *block(reader *r, const double *embedding, int side, size_t skip, const double *first,
                     size_t in, const double *x, size_t out) {
  const double *w1 = take(r, 9 * (skip + in) * out), *b1 = take(r, out);
  const double *wz = take(r, EMBEDDING * out), *w2 = take(r, 9 * out * out), *b2 = take(r, out);
  double shift[4 * WIDTH] = {0};
  for (size_t e = 0; e < EMBEDDING; e++)
    for (size_t o = 0; o < out; o++) shift[o] += embedding[e] * wz[e * out + o];
  double *inner = layer(side, skip, first, in, x, out, w1, b1, shift);
  double *y = layer(side, 0, NULL, out, inner, out, w2, b2, NULL);
  free(inner);
  return y;
}

/* From the level below (2 out channels) and the skip connection. */
static double *upward(reader *r, const double *embedding, int side, const double *skip,
                      const double *below, size_t out) {
  const double *w = take(r, 4 * 2 * out * out), *bias = take(r, out);
  double *up = twice_as_large(side / 2, 2 * out, out, below, w, bias);
  double *y = block(r, embedding, side, out, skip, out, up, out);
  free(up);
  return y;
}

/* v [stride] of one image. */
static void reference(const subject *s, const double *w, const double *x, double z, double *v) {
  reader r = {w};
  double embedding[EMBEDDING];
  embed(&r, z, embedding);
  double *a = block(&r, embedding, SIDE, 0, NULL, 1, x, WIDTH);
  double *a2 = half_as_large(SIDE, WIDTH, a);
  double *b = block(&r, embedding, SIDE / 2, 0, NULL, WIDTH, a2, 2 * WIDTH);
  double *b2 = half_as_large(SIDE / 2, 2 * WIDTH, b);
  double *c = block(&r, embedding, SIDE / 4, 0, NULL, 2 * WIDTH, b2, 4 * WIDTH);
  double *d = upward(&r, embedding, SIDE / 2, b, c, 2 * WIDTH);
  double *e = upward(&r, embedding, SIDE, a, d, WIDTH);
  const double *last = take(&r, WIDTH), *bias = take(&r, 1);
  for (size_t p = 0; p < D; p++) {
    v[p] = bias[0];
    for (size_t k = 0; k < WIDTH; k++) v[p] += e[p * WIDTH + k] * last[k];
  }
  if (s->net.task.vz) {
    const double *vz = take(&r, WIDTH), *vz_bias = take(&r, 1);
    v[D] = vz_bias[0];
    for (size_t k = 0; k < D * WIDTH; k++) v[D] += e[k] * vz[k % WIDTH] / D;
    v[D] = log1p(exp(v[D]));
  }
  free(a), free(a2), free(b), free(b2), free(c), free(d), free(e);
}

/* sum over points of target' v, whose gradient by v is target */
static double reference_loss(const subject *s, const double *w, const double *x) {
  double sum = 0, v[D + 1];
  for (size_t b = 0; b < POINTS; b++) {
    reference(s, w, x + b * D, (double)s->z[b], v);
    for (size_t i = 0; i < s->stride; i++) sum += v[i] * (double)s->target[b * s->stride + i];
  }
  return sum;
}

static double *widen(const float *x, size_t n) {
  double *wide = calloc(n, sizeof *wide);
  for (size_t i = 0; i < n; i++) wide[i] = (double)x[i];
  return wide;
}

static void values_are_the_reference(subject *s, const double *w, const double *x) {
  float v[POINTS * (D + 1)];
  double expected[D + 1];
  const hifm_batch batch = {POINTS, POINTS, s->x, s->z};
  s->bound.plugin->ops.network->forward(s->bound.self, &s->net.task, s->w, &batch, v,
                                        s->net.lanes[0].work);
  for (size_t b = 0; b < POINTS; b++) {
    reference(s, w, x + b * D, (double)s->z[b], expected);
    for (size_t i = 0; i < s->stride; i++) fixture_near(v[b * s->stride + i], expected[i], 1e-5);
  }
}

/* The derivative along a random direction in x[first, first + count), of the reference and of the
 * network. */
static void slope_is_the_reference(const subject *s, double *w, double *x, double *moved,
                                   size_t first, size_t count, const float *gradient,
                                   const char *name) {
  const double h = 1e-4;
  double along = 0, size = 0, loss[2];
  double *start = calloc(count, sizeof *start);
  memcpy(start, moved + first, count * sizeof *start);
  for (int side = 0; side < 2; side++) {
    for (size_t k = 0; k < count; k++) {
      const double direction = hifm_uniform((hifm_stream){5, HIFM_RNG_CHECK}, first + k, 0) - 0.5;
      const double part = direction * (double)gradient[first + k];
      moved[first + k] = start[k] + (side ? -h : h) * direction;
      along += side ? 0 : part;
      size += side ? 0 : part * part;
    }
    loss[side] = reference_loss(s, w, x);
  }
  memcpy(moved + first, start, count * sizeof *start);
  free(start);
  const double expected = (loss[0] - loss[1]) / (2 * h);
  if (!(fabs(along - expected) <= 2e-5 * sqrt(size) + 1e-6))
    fail_msg("%s: the gradient is %.9g along a direction, the reference's %.9g", name, along,
             expected);
}

static void network_is_the_reference(bool vz) {
  subject s;
  set_up(&s, vz);
  double *w = widen(s.w, s.net.weights), *x = widen(s.x, POINTS * D);
  float *dw = calloc(s.net.weights, sizeof *dw), dx[POINTS * D];
  const hifm_batch batch = {POINTS, POINTS, s.x, s.z};
  values_are_the_reference(&s, w, x);
  s.bound.plugin->ops.network->backward(s.bound.self, &s.net.task, s.w, &batch, s.target, dw, dx,
                                        s.net.lanes[0].work);
  size_t first = 0;
  for (size_t i = 0; i < s.net.count; i++) {
    const size_t count = s.net.tensors[i].rows * s.net.tensors[i].columns;
    slope_is_the_reference(&s, w, x, w, first, count, dw, s.net.tensors[i].name);
    first += count;
  }
  slope_is_the_reference(&s, w, x, x, 0, POINTS * D, dx, "x");
  free(w), free(x), free(dw);
  tear_down(&s);
}

static void velocity_and_gradients_are_the_reference(void **state) {
  (void)state;
  network_is_the_reference(false);
}

static void vz_and_gradients_are_the_reference(void **state) {
  (void)state;
  network_is_the_reference(true);
}

static void random_trace_has_the_mean_of_the_exact_one(void **state) {
  enum { PROBES = 400 };
  subject s;
  float v[POINTS * D], exact[POINTS], estimate[POINTS], probe[POINTS * D];
  double mean[POINTS] = {0}, squares[POINTS] = {0};
  (void)state;
  set_up(&s, false);
  const hifm_batch batch = {POINTS, POINTS, s.x, s.z};
  network_divergence(&s.net, s.w, &batch, v, exact);
  for (uint32_t k = 0; k < PROBES; k++) {
    for (uint32_t i = 0; i < POINTS * D; i++)
      probe[i] = hifm_uniform((hifm_stream){6, HIFM_RNG_CHECK}, k, i) > 0.5 ? 1 : -1;
    network_hutchinson(&s.net, s.w, &batch, probe, v, estimate);
    for (size_t b = 0; b < POINTS; b++) {
      mean[b] += (double)estimate[b] / PROBES;
      squares[b] += (double)estimate[b] * (double)estimate[b] / PROBES;
    }
  }
  for (size_t b = 0; b < POINTS; b++) {
    const double se = sqrt((squares[b] - mean[b] * mean[b]) / PROBES);
    assert_true(se > 0 && se < 0.2 * fabs((double)exact[b]) + 0.5);
    fixture_near(mean[b], (double)exact[b], 4 * se);
  }
  tear_down(&s);
}

static void other_data_and_widths_are_refused(void **state) {
  static const struct {
    hifm_domain domain;
    double width;
    const char *words;
  } cases[] = {{{.d = 39, .particles = 13, .space = 3}, 16, "not images"},
               {{.d = 60, .height = 6, .width = 10, .channels = 1}, 16, "6 x 10"},
               {{.d = 64, .height = 8, .width = 8, .channels = 1}, 24, "multiple of 16"}};
  (void)state;
  for (size_t k = 0; k < 3; k++) {
    const fixture_setting settings[] = {{"width", cases[k].width}, {NULL, 0}};
    hifm_bound bound;
    hifm_error err = {0};
    assert_int_equal(fixture_try("networks/unet", &cases[k].domain, settings, &bound, &err),
                     HIFM_BAD_SETTINGS);
    assert_non_null(strstr(err.message, cases[k].words));
    fixture_drop(&bound);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(velocity_and_gradients_are_the_reference),
                                     cmocka_unit_test(vz_and_gradients_are_the_reference),
                                     cmocka_unit_test(random_trace_has_the_mean_of_the_exact_one),
                                     cmocka_unit_test(other_data_and_widths_are_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
