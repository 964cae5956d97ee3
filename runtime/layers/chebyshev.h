/* Chebyshev series in float: values, sums (Clenshaw) and their transposes, in blocks of lanes.
 *
 * A block is CHEBYSHEV_LANES arguments t in [-1, 1] that share one series a [n]. Padding lanes may
 * hold any t in [-1, 1]; in the transposed sum their weight must be 0. */
#ifndef LAYERS_CHEBYSHEV_H
#define LAYERS_CHEBYSHEV_H

#include <stddef.h>

enum { CHEBYSHEV_LANES = 16, CHEBYSHEV_MOST = 32 }; /* n is at most CHEBYSHEV_MOST */

/* The n nodes cos(pi (j + 1/2) / n), descending. */
void chebyshev_nodes(size_t n, float *node);

/* coefficients = matrix values: matrix [n, n] with rows (2 - [k = 0]) / n T_k(node_j). */
void chebyshev_matrix(size_t n, float *matrix);

/* values [count, n]: T_0 ... T_{n-1} of each t. */
void chebyshev_values(size_t n, size_t count, const float *t, float *values);

/* out = sum_k a[k] T_k(t) for blocks * CHEBYSHEV_LANES arguments. */
void chebyshev_sum(size_t n, const float *a, size_t blocks, const float *t, float *out);

/* The transpose: da[k] = sum over the arguments of weight * T_k(t). */
void chebyshev_spread(size_t n, size_t blocks, const float *t, const float *weight, float *da);

#endif
