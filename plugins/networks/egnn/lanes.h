/* Arrays whose last index is a lane: one derivative by each coordinate of the input. */
#ifndef EGNN_LANES_H
#define EGNN_LANES_H

#include <stddef.h>

/* out [lanes] = factor sum_c r[c] (xi - xj)[c, lanes] */
void lanes_along(size_t lanes, size_t space, float factor, const float *r, const float *xi,
                 const float *xj, float *out);

/* y [lanes] += factor x */
void lanes_add(size_t lanes, float factor, const float *x, float *y);

/* to [c, lanes] += sign r[c] dpush + push (xi - xj)[c, lanes] */
void lanes_move(size_t lanes, size_t space, float sign, const float *r, const float *dpush,
                float push, const float *xi, const float *xj, float *to);

#endif
