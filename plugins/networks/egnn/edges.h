/* Sums and products over the pairs of one point: what a layer does besides its dense layers. */
#ifndef EGNN_EDGES_H
#define EGNN_EDGES_H

#include <stdbool.h>
#include <stddef.h>

/* Pair p is (i[p], j[p]). Rows of particles are `step` floats apart; 0: all share one row. */
typedef struct edges {
  size_t pairs, width, step;
  const unsigned char *i, *j;
  bool ordered; /* else a pair stands for (i, j) and (j, i) */
} edges;

/* y [pairs, W] = row i of by_i + row j of by_j + f kernel, for f [pairs] and kernel [W] */
void edges_join(const edges *all, const float *by_i, const float *by_j, const float *f,
                const float *kernel, float *y);

/* From the gradient y [pairs, W] by the activations after it, `slope` being theirs: y *= slope in
 * place, adds y to row i of by_i and to row j of by_j, adds f . y to dkernel unless NULL, writes
 * df [pairs] = y . kernel. */
void edges_join_backward(const edges *all, const float *slope, const float *f, const float *kernel,
                         float *y, float *by_i, float *by_j, float *dkernel, float *df);

/* sums [particles]: row i += m_ij; for pairs that are not ordered, row j, too. The transpose. */
void edges_sum(const edges *all, const float *m, float *sums);
void edges_spread(const edges *all, const float *dsums, float *dm);

/* y [rows, W] = or += f [rows] times kernel [W] */
void edges_outer(size_t rows, size_t width, const float *f, const float *kernel, float *y);
void edges_add_outer(size_t rows, size_t width, const float *f, const float *kernel, float *y);

/* y [rows, W] = f [rows] times x [rows, W] */
void edges_scale(size_t rows, size_t width, const float *f, const float *x, float *y);

/* out [rows] = x [rows, W] . kernel [W]; adds f . x to dkernel [W]. */
void edges_dot(size_t rows, size_t width, const float *x, const float *kernel, float *out);
void edges_add_dot(size_t rows, size_t width, const float *x, const float *f, float *dkernel);

/* out [rows] = x . y, row by row */
void edges_row_dot(size_t rows, size_t width, const float *x, const float *y, float *out);

#endif
