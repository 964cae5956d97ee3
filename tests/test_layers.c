/* Kernels of network plugins against long double and naive loops. */
#include "fixture.h"
#include "layers/activations.h"
#include "layers/dense.h"
#include "layers/stack.h"
#include "layers/tiled.h"

#include <math.h>

static long double softplus(long double x) {
  return (x > 0 ? x : 0) + log1pl(expl(-fabsl(x)));
}

static long double sigmoid(long double x) {
  return x >= 0 ? 1 / (1 + expl(-x)) : expl(x) / (1 + expl(x));
}

static void softplus_is_accurate(void **state) {
  (void)state;
  for (float x = -87; x < 100; x += 0.00137f) {
    float out, slope;
    layers_softplus(1, &x, &out, &slope);
    const double expected = (double)softplus(x), expected_slope = (double)sigmoid(x);
    fixture_near(out, expected, 3e-7 * expected);
    fixture_near(slope, expected_slope, 3e-7 * expected_slope);
  }
}

static void silu_is_accurate(void **state) {
  (void)state;
  for (float x = -80; x < 80; x += 0.00137f) {
    float out, slope;
    layers_silu(1, &x, &out, &slope);
    const long double s = sigmoid(x), expected = (long double)x * s;
    fixture_near(out, (double)expected, 4e-7 * fabs((double)expected));
    fixture_near(slope, (double)(s * (1 + (long double)x * (1 - s))), 4e-7);
  }
}

static void softplus_at_the_edges(void **state) {
  float x[] = {-INFINITY, -1e30f, -0.0f, 0.0f, 1e30f, INFINITY, NAN}, out[7], slope[7];
  (void)state;
  layers_softplus(7, x, out, slope);
  for (int i = 0; i < 2; i++) {
    assert_true(out[i] >= 0 && out[i] < 1e-37f);
    assert_true(slope[i] >= 0 && slope[i] < 1e-37f);
  }
  fixture_near(out[2], logf(2), 1e-7);
  fixture_near(slope[3], 0.5, 1e-7);
  fixture_near(out[4], 1e30f, 0);
  assert_true(isinf(out[5]));
  assert_true(isnan(out[6]) && isnan(slope[6]));
}

/* The same bits wherever an element is, so a batch is the loop of its points. */
static void softplus_does_not_depend_on_position(void **state) {
  enum { N = 67 };
  float x[N], out[N], slope[N];
  (void)state;
  for (int i = 0; i < N; i++) x[i] = 0.37f * (float)(i - 30);
  layers_softplus(N, x, out, slope);
  for (int i = 0; i < N; i++) {
    float one, its_slope;
    layers_softplus(1, &x[i], &one, &its_slope);
    assert_memory_equal(&one, &out[i], sizeof one);
    assert_memory_equal(&its_slope, &slope[i], sizeof one);
  }
}

static void dense_is_the_naive_loop(void **state) {
  enum { N = 5, IN = 4, OUT = 3 };
  float x[N * IN], w[IN * OUT], b[OUT], y[N * OUT], dy[N * OUT], dx[N * IN];
  float dw[IN * OUT] = {1}, db[OUT] = {2};
  unsigned seed = 1;
  (void)state;
  for (int i = 0; i < N * IN; i++) x[i] = fixture_next(&seed);
  for (int i = 0; i < IN * OUT; i++) w[i] = fixture_next(&seed);
  for (int i = 0; i < OUT; i++) b[i] = fixture_next(&seed);
  for (int i = 0; i < N * OUT; i++) dy[i] = fixture_next(&seed);
  layers_dense(N, IN, OUT, x, w, b, y);
  layers_dense_backward(N, IN, OUT, x, w, dy, dw, db, dx);
  for (int n = 0; n < N; n++)
    for (int o = 0; o < OUT; o++) {
      double sum = b[o];
      for (int i = 0; i < IN; i++) sum += x[n * IN + i] * w[i * OUT + o];
      fixture_near(y[n * OUT + o], sum, 1e-6);
    }
  for (int o = 0; o < OUT; o++) {
    double bias = o == 0 ? 2 : 0; /* what stood there stays: gradients are added */
    for (int n = 0; n < N; n++) bias += dy[n * OUT + o];
    fixture_near(db[o], bias, 1e-6);
    for (int i = 0; i < IN; i++) {
      double kernel = i == 0 && o == 0 ? 1 : 0;
      for (int n = 0; n < N; n++) kernel += x[n * IN + i] * dy[n * OUT + o];
      fixture_near(dw[i * OUT + o], kernel, 1e-6);
    }
  }
  for (int n = 0; n < N; n++)
    for (int i = 0; i < IN; i++) {
      double sum = 0;
      for (int o = 0; o < OUT; o++) sum += dy[n * OUT + o] * w[i * OUT + o];
      fixture_near(dx[n * IN + i], sum, 1e-6);
    }
}

/* backward is the transpose of tangent: dy . (J t) = (J' dy) . t */
static void stack_backward_is_transposed_tangent(void **state) {
  enum { N = 3, W = 5, DEPTH = 3, SIZE = N * W };
  const stack_shape shape = {.depth = DEPTH, .width = W};
  float w[DEPTH * (W * W + W)], x[SIZE], t[SIZE], dy[SIZE], keep[SIZE], dx[SIZE], scratch[SIZE];
  float tape[2 * DEPTH * SIZE];
  unsigned seed = 9;
  double left = 0, right = 0;
  (void)state;
  tensor_list tensors = {NULL, 0, 7, 100};
  assert_int_equal(stack_tensors(&tensors, shape, "part", 1), 100);
  assert_int_equal(tensors.offset, 100 + sizeof w / sizeof *w);
  assert_int_equal(stack_tape(shape, N), sizeof tape / sizeof *tape);
  for (size_t i = 0; i < sizeof w / sizeof *w; i++) w[i] = fixture_next(&seed);
  for (int i = 0; i < SIZE; i++) {
    x[i] = fixture_next(&seed);
    t[i] = fixture_next(&seed);
    keep[i] = dy[i] = fixture_next(&seed);
  }
  stack_forward(shape, N, w, x, tape);
  stack_backward(shape, N, w, x, tape, dy, NULL, dx, scratch);
  for (int i = 0; i < SIZE; i++) right += dx[i] * t[i];
  const float *pushed = stack_tangent(shape, N, w, tape, t, scratch);
  for (int i = 0; i < SIZE; i++) left += keep[i] * pushed[i];
  fixture_near(left, right, 1e-5 * fabs(right));
  assert_true(fabs(right) > 1e-3);
}

static void near_all(size_t n, const float *x, const float *y) {
  for (size_t i = 0; i < n; i++) fixture_near(x[i], y[i], 1e-5 * (1 + fabs((double)y[i])));
}

/* Tiles and BLAS agree, forward and backward, for whole lanes and for other widths. */
static void tiles_are_dense_layers(void **state) {
  enum { N = 101, MOST = 48 };
  static const size_t SHAPES[][2] = {{48, 32}, {16, 16}, {7, 32}, {32, 5}};
  static float x[N * MOST], w[MOST * MOST], y[2][N * MOST], slope[2][N * MOST], dy[2][N * MOST];
  (void)state;
  for (size_t k = 0; k < 4; k++) {
    const size_t in = SHAPES[k][0], out = SHAPES[k][1];
    float b[MOST], dw[2][MOST * MOST] = {{0}}, db[2][MOST] = {{0}}, dx[2][N * MOST];
    unsigned seed = 3;
    for (size_t i = 0; i < N * in; i++) x[i] = fixture_next(&seed);
    for (size_t i = 0; i < in * out; i++) w[i] = fixture_next(&seed);
    for (size_t i = 0; i < out; i++) b[i] = fixture_next(&seed);
    for (size_t i = 0; i < N * out; i++) dy[0][i] = dy[1][i] = fixture_next(&seed);
    layers_tiled_activate(LAYERS_SILU, N, in, out, x, w, b, y[0], slope[0]);
    layers_dense(N, in, out, x, w, b, y[1]);
    layers_silu(N * out, y[1], y[1], slope[1]);
    near_all(N * out, y[0], y[1]);
    near_all(N * out, slope[0], slope[1]);
    layers_tiled_backward(N, in, out, x, w, slope[1], dy[0], dw[0], db[0], dx[0]);
    layers_scale(N * out, slope[1], dy[1]);
    layers_dense_backward(N, in, out, x, w, dy[1], dw[1], db[1], dx[1]);
    near_all(in * out, dw[0], dw[1]);
    near_all(out, db[0], db[1]);
    near_all(N * in, dx[0], dx[1]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(softplus_is_accurate),
      cmocka_unit_test(silu_is_accurate),
      cmocka_unit_test(softplus_at_the_edges),
      cmocka_unit_test(softplus_does_not_depend_on_position),
      cmocka_unit_test(dense_is_the_naive_loop),
      cmocka_unit_test(stack_backward_is_transposed_tangent),
      cmocka_unit_test(tiles_are_dense_layers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
