#include "layers/tiled.h"

#include "layers/clones.h"
#include "layers/dense.h"
#include "layers/strided_gemm.h"

enum { NARROW = 128, ROWS = 84 }; /* a multiple of the heights of all tiles */

static bool is_narrow(size_t in, size_t out) {
  return in <= NARROW && out <= NARROW && out % LAYERS_LANES == 0;
}

static size_t rows_left(size_t n, size_t first) {
  return n - first < ROWS ? n - first : ROWS;
}

static const float ZEROS[NARROW];

/* y [n, out] = b + x [n, in] w [in, out] */
static void product(size_t n, size_t in, size_t out, const float *x, const float *w, const float *b,
                    float *y) {
  layers_strided_gemm(&(strided_gemm){.lines = 1,
                                      .rows = n,
                                      .columns = out,
                                      .groups = 1,
                                      .depth = in,
                                      .a = x,
                                      .a_row = in,
                                      .a_depth = 1,
                                      .b = w,
                                      .b_depth = out,
                                      .c = y,
                                      .c_row = out,
                                      .start = b ? b : ZEROS});
}

/* dw [in, out] += x' dy */
static void add_outer(size_t n, size_t in, size_t out, const float *x, const float *dy, float *dw) {
  layers_strided_gemm(&(strided_gemm){.lines = 1,
                                      .rows = in,
                                      .columns = out,
                                      .groups = 1,
                                      .depth = n,
                                      .a = x,
                                      .a_row = 1,
                                      .a_depth = in,
                                      .b = dy,
                                      .b_depth = out,
                                      .c = dw,
                                      .c_row = out});
}

/* dy *= slope unless that is NULL; db += its rows. */
LAYERS_BODY scale_and_add_body(size_t n, size_t out, const float *slope, float *dy, float *db) {
  for (size_t k = 0; k < out; k += LAYERS_LANES) {
    layers_vector sum = {0};
    for (size_t i = k; i < n * out; i += out) {
      layers_vector *row = (layers_vector *)(dy + i);
      if (slope) *row *= *(const layers_vector *)(slope + i);
      sum += *row;
    }
    *(layers_vector *)(db + k) += sum;
  }
}

/* turned [out, in] = w', four by four; both are multiples of four. */
typedef float four __attribute__((vector_size(16), aligned(4), may_alias));

static void turn(size_t in, size_t out, const float *w, float *turned) {
  for (size_t i = 0; i < in; i += 4)
    for (size_t j = 0; j < out; j += 4) {
      const float *from = w + i * out + j;
      float *to = turned + j * in + i;
      const four a = *(const four *)from, b = *(const four *)(from + out);
      const four c = *(const four *)(from + 2 * out), d = *(const four *)(from + 3 * out);
      const four ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5);
      const four ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
      const four cd0 = __builtin_shufflevector(c, d, 0, 4, 1, 5);
      const four cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      *(four *)to = __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5);
      *(four *)(to + in) = __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7);
      *(four *)(to + 2 * in) = __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5);
      *(four *)(to + 3 * in) = __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7);
    }
}

LAYERS_CLONES(scale_and_add, (size_t n, size_t out, const float *slope, float *dy, float *db),
              (n, out, slope, dy, db))

void layers_tiled(size_t n, size_t in, size_t out, const float *x, const float *w, const float *b,
                  float *y) {
  (is_narrow(in, out) ? product : layers_dense)(n, in, out, x, w, b, y);
}

void layers_tiled_activate(layers_activation kind, size_t n, size_t in, size_t out, const float *x,
                           const float *w, const float *b, float *act, float *slope) {
  const size_t step = is_narrow(in, out) ? ROWS : n;
  for (size_t i = 0; i < n; i += step) {
    const size_t rows = n - i < step ? n - i : step, at = i * out;
    layers_tiled(rows, in, out, x + i * in, w, b, act + at);
    layers_activate(kind, rows * out, act + at, act + at, slope + at);
  }
}

void layers_tiled_backward(size_t n, size_t in, size_t out, const float *x, const float *w,
                           const float *slope, float *dy, float *dw, float *db, float *dx) {
  float turned[NARROW * NARROW];
  if (!is_narrow(in, out) || in % LAYERS_LANES != 0) {
    if (slope) layers_scale(n * out, slope, dy);
    layers_dense_backward(n, in, out, x, w, dy, dw, db, dx);
    return;
  }
  if (dx) turn(in, out, w, turned);
  for (size_t i = 0; i < n; i += ROWS) {
    const size_t rows = rows_left(n, i);
    float *part = dy + i * out;
    if (db) scale_and_add(rows, out, slope ? slope + i * out : NULL, part, db);
    if (slope && !db) layers_scale(rows * out, slope + i * out, part);
    if (dw) add_outer(rows, in, out, x + i * in, part, dw);
    if (dx) layers_tiled(rows, out, in, part, turned, NULL, dx + i * in);
  }
}
