#include "edges.h"

#include "layers/clones.h"

#include <math.h>

/* Dot products are summed per column of a strip first, BLOCK rows of them; then neighbours are
 * added until one number is left of each row. */
enum { LANES = 16, BLOCK = 64 };

#define KIND(name) strip_##name
#define lanes      layers_vector
#include "edges_strip.h"
#define KIND(name) column_##name
#define lanes      float
#include "edges_strip.h"

/* All columns, in strips and one by one. `at` is the first column of each. */
#define ALL_COLUMNS(width, name, arguments)                                                        \
  do {                                                                                             \
    size_t at = 0;                                                                                 \
    for (; at + LANES <= (width); at += LANES) strip_##name arguments;                             \
    for (; at < (width); at++) column_##name arguments;                                            \
  } while (0)

LAYERS_BODY join_body(const edges *all, const float *by_i, const float *by_j, const float *f,
                      const float *kernel, float *y) {
  const size_t width = all->width;
  for (size_t p = 0; p < all->pairs; p++) {
    const float *restrict hi = by_i + all->i[p] * all->step;
    const float *restrict hj = by_j + all->j[p] * all->step;
    float *restrict row = y + p * width;
    const float at = f[p];
    for (size_t k = 0; k < width; k++) row[k] = hi[k] + hj[k] + at * kernel[k];
  }
}

/* From strips to one number for each row. */
LAYERS_BODY fold_body(size_t rows, const float *restrict partial, float *restrict out) {
  float half[BLOCK * LANES / 2], quarter[BLOCK * LANES / 4], pair[BLOCK * LANES / 8];
  for (size_t q = 0; q < rows * 8; q++) half[q] = partial[2 * q] + partial[2 * q + 1];
  for (size_t q = 0; q < rows * 4; q++) quarter[q] = half[2 * q] + half[2 * q + 1];
  for (size_t q = 0; q < rows * 2; q++) pair[q] = quarter[2 * q] + quarter[2 * q + 1];
  for (size_t q = 0; q < rows; q++) out[q] = pair[2 * q] + pair[2 * q + 1];
}

LAYERS_BODY dot_row_body(size_t width, const float *x, const float *y, float *partial) {
  layers_vector sum = {0};
  size_t at = 0;
  for (; at + LANES <= width; at += LANES)
    sum += *(const layers_vector *)(x + at) * *(const layers_vector *)(y + at);
  *(layers_vector *)partial = sum;
  for (; at < width; at++) partial[0] += x[at] * y[at];
}

LAYERS_BODY dot_body(size_t rows, size_t width, const float *x, const float *y, size_t step,
                     float *out) {
  float partial[BLOCK * LANES];
  for (size_t i = 0; i < rows; i += BLOCK, x += BLOCK * width, y += BLOCK * step) {
    const size_t count = rows - i < BLOCK ? rows - i : BLOCK;
    for (size_t r = 0; r < count; r++)
      dot_row_body(width, x + r * width, y + r * step, partial + r * LANES);
    fold_body(count, partial, out + i);
  }
}

LAYERS_BODY join_backward_body(const edges *all, const float *slope, const float *f,
                               const float *kernel, float *y, float *by_i, float *by_j,
                               float *dkernel, float *df) {
  ALL_COLUMNS(all->width, join_backward,
              (all, slope + at, f, y + at, by_i + at, by_j + at, dkernel ? dkernel + at : NULL));
  dot_body(all->pairs, all->width, y, kernel, 0, df);
}

LAYERS_BODY sum_body(const edges *all, const float *m, float *sums) {
  ALL_COLUMNS(all->width, sum, (all, m + at, sums + at));
}

LAYERS_BODY add_body(size_t width, const float *restrict x, float *restrict y) {
  for (size_t k = 0; k < width; k++) y[k] += x[k];
}

LAYERS_BODY spread_body(const edges *all, const float *dsums, float *dm) {
  const size_t width = all->width;
  for (size_t p = 0; p < all->pairs; p++) {
    add_body(width, dsums + all->i[p] * all->step, dm + p * width);
    if (!all->ordered) add_body(width, dsums + all->j[p] * all->step, dm + p * width);
  }
}

LAYERS_BODY outer_body(size_t rows, size_t width, const float *f, const float *restrict kernel,
                       float *restrict y) {
  for (size_t i = 0; i < rows; i++)
    for (size_t k = 0; k < width; k++) y[i * width + k] = f[i] * kernel[k];
}

LAYERS_BODY add_outer_body(size_t rows, size_t width, const float *f, const float *restrict kernel,
                           float *restrict y) {
  for (size_t i = 0; i < rows; i++)
    for (size_t k = 0; k < width; k++) y[i * width + k] = fmaf(f[i], kernel[k], y[i * width + k]);
}

LAYERS_BODY scale_rows_body(size_t rows, size_t width, const float *f, const float *x, float *y) {
  for (size_t i = 0; i < rows; i++)
    for (size_t k = 0; k < width; k++) y[i * width + k] = f[i] * x[i * width + k];
}

LAYERS_BODY add_dot_body(size_t rows, size_t width, const float *x, const float *f,
                         float *dkernel) {
  ALL_COLUMNS(width, add_dot, (rows, width, x + at, f, dkernel + at));
}

LAYERS_CLONES(join,
              (const edges *all, const float *by_i, const float *by_j, const float *f,
               const float *kernel, float *y),
              (all, by_i, by_j, f, kernel, y))
LAYERS_CLONES(join_backward,
              (const edges *all, const float *slope, const float *f, const float *kernel, float *y,
               float *by_i, float *by_j, float *dkernel, float *df),
              (all, slope, f, kernel, y, by_i, by_j, dkernel, df))
LAYERS_CLONES(sum, (const edges *all, const float *m, float *sums), (all, m, sums))
LAYERS_CLONES(spread, (const edges *all, const float *dsums, float *dm), (all, dsums, dm))
LAYERS_CLONES(outer, (size_t rows, size_t width, const float *f, const float *kernel, float *y),
              (rows, width, f, kernel, y))
LAYERS_CLONES(add_outer, (size_t rows, size_t width, const float *f, const float *kernel, float *y),
              (rows, width, f, kernel, y))
LAYERS_CLONES(scale_rows, (size_t rows, size_t width, const float *f, const float *x, float *y),
              (rows, width, f, x, y))
LAYERS_CLONES(dot,
              (size_t rows, size_t width, const float *x, const float *y, size_t step, float *out),
              (rows, width, x, y, step, out))
LAYERS_CLONES(add_dot, (size_t rows, size_t width, const float *x, const float *f, float *dkernel),
              (rows, width, x, f, dkernel))

void edges_join(const edges *all, const float *by_i, const float *by_j, const float *f,
                const float *kernel, float *y) {
  join(all, by_i, by_j, f, kernel, y);
}

void edges_join_backward(const edges *all, const float *slope, const float *f, const float *kernel,
                         float *y, float *by_i, float *by_j, float *dkernel, float *df) {
  join_backward(all, slope, f, kernel, y, by_i, by_j, dkernel, df);
}

void edges_sum(const edges *all, const float *m, float *sums) {
  sum(all, m, sums);
}

void edges_spread(const edges *all, const float *dsums, float *dm) {
  spread(all, dsums, dm);
}

void edges_outer(size_t rows, size_t width, const float *f, const float *kernel, float *y) {
  outer(rows, width, f, kernel, y);
}

void edges_add_outer(size_t rows, size_t width, const float *f, const float *kernel, float *y) {
  add_outer(rows, width, f, kernel, y);
}

void edges_scale(size_t rows, size_t width, const float *f, const float *x, float *y) {
  scale_rows(rows, width, f, x, y);
}

void edges_dot(size_t rows, size_t width, const float *x, const float *kernel, float *out) {
  dot(rows, width, x, kernel, 0, out);
}

void edges_row_dot(size_t rows, size_t width, const float *x, const float *y, float *out) {
  dot(rows, width, x, y, width, out);
}

void edges_add_dot(size_t rows, size_t width, const float *x, const float *f, float *dkernel) {
  add_dot(rows, width, x, f, dkernel);
}
