#include "lanes.h"

#include "layers/clones.h"
#include "layers/strided_gemm.h"

void lanes_products(size_t lanes, size_t count, size_t in, size_t out, const float *kernels,
                    const float *x, float *y) {
  if (count == 0) return;
  layers_strided_gemm(&(strided_gemm){.lines = 1,
                                      .rows = out,
                                      .columns = lanes,
                                      .groups = count,
                                      .depth = in,
                                      .a = kernels,
                                      .a_row = 1,
                                      .a_group = in * out,
                                      .a_depth = out,
                                      .b = x,
                                      .b_group = in * lanes,
                                      .b_depth = lanes,
                                      .c = y,
                                      .c_row = lanes});
}

void lanes_product(size_t lanes, size_t in, size_t out, const float *kernel, const float *x,
                   float *y) {
  lanes_products(lanes, 1, in, out, kernel, x, y);
}

void lanes_dots(size_t lanes, size_t rows, size_t in, const float *a, size_t a_step, const float *x,
                float *y, size_t y_step) {
  if (rows == 0) return;
  layers_strided_gemm(&(strided_gemm){.lines = 1,
                                      .rows = rows,
                                      .columns = lanes,
                                      .groups = 1,
                                      .depth = in,
                                      .a = a,
                                      .a_row = a_step,
                                      .a_depth = 1,
                                      .b = x,
                                      .b_depth = lanes,
                                      .c = y,
                                      .c_row = y_step});
}

LAYERS_BODY scale_body(size_t lanes, size_t rows, const float *slope, float *x) {
  for (size_t r = 0; r < rows; r++)
    for (size_t k = 0; k < lanes; k++) x[r * lanes + k] *= slope[r];
}

LAYERS_BODY along_body(size_t lanes, size_t space, float factor, const float *r,
                       const float *restrict xi, const float *restrict xj, float *restrict out) {
  for (size_t k = 0; k < lanes; k++) out[k] = 0;
  for (size_t c = 0; c < space; c++)
    for (size_t k = 0; k < lanes; k++)
      out[k] += factor * r[c] * (xi[c * lanes + k] - xj[c * lanes + k]);
}

LAYERS_BODY add_body(size_t lanes, float factor, const float *restrict x, float *restrict y) {
  for (size_t k = 0; k < lanes; k++) y[k] += factor * x[k];
}

LAYERS_BODY move_body(size_t lanes, size_t space, float sign, const float *r,
                      const float *restrict dpush, float push, const float *restrict xi,
                      const float *restrict xj, float *restrict move) {
  for (size_t c = 0; c < space; c++)
    for (size_t k = 0; k < lanes; k++)
      move[c * lanes + k] +=
          sign * r[c] * dpush[k] + push * (xi[c * lanes + k] - xj[c * lanes + k]);
}

LAYERS_CLONES(scale, (size_t lanes, size_t rows, const float *slope, float *x),
              (lanes, rows, slope, x))
LAYERS_CLONES(along,
              (size_t lanes, size_t space, float factor, const float *r, const float *xi,
               const float *xj, float *out),
              (lanes, space, factor, r, xi, xj, out))
LAYERS_CLONES(add, (size_t lanes, float factor, const float *x, float *y), (lanes, factor, x, y))
LAYERS_CLONES(move,
              (size_t lanes, size_t space, float sign, const float *r, const float *dpush,
               float push, const float *xi, const float *xj, float *to),
              (lanes, space, sign, r, dpush, push, xi, xj, to))

void lanes_scale(size_t lanes, size_t rows, const float *slope, float *x) {
  scale(lanes, rows, slope, x);
}

void lanes_along(size_t lanes, size_t space, float factor, const float *r, const float *xi,
                 const float *xj, float *out) {
  along(lanes, space, factor, r, xi, xj, out);
}

void lanes_add(size_t lanes, float factor, const float *x, float *y) {
  add(lanes, factor, x, y);
}

void lanes_move(size_t lanes, size_t space, float sign, const float *r, const float *dpush,
                float push, const float *xi, const float *xj, float *to) {
  move(lanes, space, sign, r, dpush, push, xi, xj, to);
}
