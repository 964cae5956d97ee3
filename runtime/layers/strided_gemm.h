/* A sum of matrix products between strided arrays. A convolution and both of its gradients are such
 * sums, so the input is not copied (no im2col).
 *
 *   c[l, r, j] += sum over g, k of a[l, r, g, k] * b[g, k, j]     j < columns, a multiple of 16
 *
 * Every array is a pointer and a stride, in floats, for each letter but j; j is contiguous. Each
 * number is summed in the order of (g, k), with fused multiply-add where there is one. */
#ifndef LAYERS_STRIDED_GEMM_H
#define LAYERS_STRIDED_GEMM_H

#include <stddef.h>

enum { LAYERS_LANES = 16 }; /* columns of c and b come in multiples of this */

typedef struct strided_gemm {
  size_t lines, rows, columns, groups, depth; /* of l, r, j, g, k */
  const float *a;
  size_t a_line, a_row, a_group, a_depth;
  const float *b;
  size_t b_group, b_depth;
  float *c;
  size_t c_line, c_row;
  const float
      *start; /* [columns]: what c is in every row before it is added to; NULL: what it is */
} strided_gemm;

void layers_strided_gemm(const strided_gemm *o);

#endif
