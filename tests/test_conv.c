/* Convolutions and their gradients against loops that follow their definitions, in double. */
#include "fixture.h"
#include "layers/conv.h"

#include <math.h>
#include <string.h>

/* A map with random numbers inside and a frame of zeros. */
static float *random_map(map m, unsigned seed) {
  float *image = fixture_floats(m.height * m.width * m.channels, seed);
  float *x = calloc(layers_map_size(m), sizeof *x);
  layers_frame(m, image, x);
  free(image);
  return x;
}

/* Pixel (i, j), counted from 0 inside; the frame is at -1. */
static size_t at(map m, int i, int j, size_t c) {
  return ((size_t)(i + 1) * (m.width + 2) + (size_t)(j + 1)) * m.channels + c;
}

#define EACH_PIXEL(m, i, j)                                                                        \
  for (int i = 0; i < (int)(m).height; i++)                                                        \
    for (int j = 0; j < (int)(m).width; j++)

/* y + x * w, the sum over the nine neighbours of each pixel */
static double naive_conv(map in, size_t out, const float *x, const float *w, int i, int j,
                         size_t o) {
  double sum = 0;
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++)
      for (size_t c = 0; c < in.channels; c++)
        sum += (double)x[at(in, i + a - 1, j + b - 1, c)] *
               (double)w[((size_t)(3 * a + b) * in.channels + c) * out + o];
  return sum;
}

static const map shapes[] = {{7, 5, 1}, {4, 28, 3}, {6, 14, 16}, {3, 3, 48}};
static const size_t outs[] = {16, 32, 48, 16};

static void conv_is_its_definition(void **state) {
  (void)state;
  for (size_t k = 0; k < 4; k++) {
    const map in = shapes[k], to = {in.height, in.width, outs[k]};
    float *x = random_map(in, 1), *w = fixture_floats(9 * in.channels * outs[k], 2);
    float *y = random_map(to, 3), *before = random_map(to, 3);
    layers_conv(in, outs[k], x, w, y);
    EACH_PIXEL(to, i, j)
    for (size_t o = 0; o < outs[k]; o++)
      fixture_near(y[at(to, i, j, o)],
                   (double)before[at(to, i, j, o)] + naive_conv(in, outs[k], x, w, i, j, o), 2e-5);
    for (int j = -1; j <= (int)to.width; j++) assert_true(y[at(to, -1, j, 0)] == 0);
    free(x), free(w), free(y), free(before);
  }
}

static double dot(size_t n, const float *x, const float *y) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)y[i];
  return sum;
}

/* <g, x * w> is linear in w and in x: both gradients have to give it back, number by number. */
static void conv_gradients_are_its_definition(void **state) {
  (void)state;
  for (size_t k = 0; k < 4; k++) {
    const size_t out = outs[k], lanes = layers_lanes(shapes[k].channels);
    const map in = shapes[k], to = {in.height, in.width, out}, back = {in.height, in.width, lanes};
    float *x = random_map(in, 4), *g = random_map(to, 5),
          *w = fixture_floats(9 * in.channels * out, 6);
    float *dw = calloc(9 * in.channels * out, sizeof *dw);
    float *turned = calloc(9 * out * lanes, sizeof *turned);
    float *dx = calloc(layers_map_size(back), sizeof *dx);
    layers_conv_weights(in, out, x, g, dw);
    for (int a = 0; a < 3; a++)
      for (int b = 0; b < 3; b++)
        for (size_t c = 0; c < in.channels; c++) {
          double sum = 0;
          EACH_PIXEL(in, i, j)
          sum += (double)x[at(in, i + a - 1, j + b - 1, c)] * (double)g[at(to, i, j, 1)];
          fixture_near(dw[((size_t)(3 * a + b) * in.channels + c) * out + 1], sum, 2e-5);
        }
    layers_conv_turn(in.channels, out, w, turned);
    layers_conv(to, lanes, g, turned, dx);
    float *unit = calloc(layers_map_size(in), sizeof *unit);
    EACH_PIXEL(in, i, j)
    for (size_t c = 0; c < in.channels; c += 5) {
      float *y = calloc(layers_map_size(to), sizeof *y);
      unit[at(in, i, j, c)] = 1;
      layers_conv(in, out, unit, w, y);
      fixture_near(dx[at(back, i, j, c)], dot(layers_map_size(to), y, g), 2e-5);
      unit[at(in, i, j, c)] = 0;
      free(y);
    }
    free(x), free(g), free(w), free(dw), free(turned), free(dx), free(unit);
  }
}

static void up_is_its_definition(void **state) {
  enum { OUT = 16 };
  const map in = {3, 5, 32}, to = {6, 10, OUT};
  float *x = random_map(in, 7), *w = fixture_floats(4 * 32 * OUT, 8), *g = random_map(to, 9);
  float *y = calloc(layers_map_size(to), sizeof *y), *dx = calloc(layers_map_size(in), sizeof *dx);
  float *dw = calloc(4 * 32 * OUT, sizeof *dw), *turned = calloc(4 * 32 * OUT, sizeof *turned);
  (void)state;
  layers_up(in, OUT, x, w, y);
  layers_up_weights(in, OUT, x, g, dw);
  layers_up_turn(32, OUT, w, turned);
  layers_up_back(in, OUT, g, turned, dx);
  for (int a = 0; a < 2; a++)
    for (int b = 0; b < 2; b++) {
      const size_t tap = (size_t)(2 * a + b) * 32 * OUT;
      double dw_sum = 0;
      EACH_PIXEL(in, i, j) {
        for (size_t o = 0; o < OUT; o++) {
          double sum = 0;
          for (size_t c = 0; c < 32; c++)
            sum += (double)x[at(in, i, j, c)] * (double)w[tap + c * OUT + o];
          fixture_near(y[at(to, 2 * i + a, 2 * j + b, o)], sum, 2e-5);
        }
        dw_sum += (double)x[at(in, i, j, 3)] * (double)g[at(to, 2 * i + a, 2 * j + b, 2)];
      }
      fixture_near(dw[tap + 3 * OUT + 2], dw_sum, 2e-5);
    }
  EACH_PIXEL(in, i, j) {
    double sum = 0;
    for (int a = 0; a < 2; a++)
      for (int b = 0; b < 2; b++)
        for (size_t o = 0; o < OUT; o++)
          sum += (double)g[at(to, 2 * i + a, 2 * j + b, o)] *
                 (double)w[(size_t)(2 * a + b) * 32 * OUT + 7 * OUT + o];
    fixture_near(dx[at(in, i, j, 7)], sum, 2e-5);
  }
  free(x), free(w), free(g), free(y), free(dx), free(dw), free(turned);
}

static void pool_is_the_mean_of_four(void **state) {
  const map in = {6, 4, 16}, to = {3, 2, 16};
  float *x = random_map(in, 10), *g = random_map(to, 11), *y = random_map(to, 12);
  float *dx = calloc(layers_map_size(in), sizeof *dx);
  (void)state;
  layers_pool(in, x, y);
  layers_pool_back(in, g, dx);
  EACH_PIXEL(to, i, j)
  for (size_t c = 0; c < 16; c++) {
    double sum = 0;
    for (int a = 0; a < 2; a++)
      for (int b = 0; b < 2; b++) {
        sum += (double)x[at(in, 2 * i + a, 2 * j + b, c)];
        fixture_near(dx[at(in, 2 * i + a, 2 * j + b, c)], 0.25 * (double)g[at(to, i, j, c)], 1e-7);
      }
    fixture_near(y[at(to, i, j, c)], sum / 4, 1e-6);
  }
  free(x), free(g), free(y), free(dx);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(conv_is_its_definition), cmocka_unit_test(conv_gradients_are_its_definition),
      cmocka_unit_test(up_is_its_definition), cmocka_unit_test(pool_is_the_mean_of_four)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
