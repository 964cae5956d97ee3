/* Arrays whose last index is a lane: one derivative by each coordinate of the input. */
#ifndef EGNN_LANES_H
#define EGNN_LANES_H

#include <stddef.h>

/* y [out, lanes] += kernel' x, for kernel [in, out] and x [in, lanes]. */
void lanes_product(size_t lanes, size_t in, size_t out, const float *kernel, const float *x,
                   float *y);

/* The same for `count` kernels, each with the next x, summed. */
void lanes_products(size_t lanes, size_t count, size_t in, size_t out, const float *kernels,
                    const float *x, float *y);

/* y [rows, lanes] += a x, for a [rows, in] and x [in, lanes]; rows of a and y have their steps. */
void lanes_dots(size_t lanes, size_t rows, size_t in, const float *a, size_t a_step, const float *x,
                float *y, size_t y_step);

/* Row r of x [rows, lanes] times slope[r]. */
void lanes_scale(size_t lanes, size_t rows, const float *slope, float *x);

/* out [lanes] = factor sum_c r[c] (xi - xj)[c, lanes] */
void lanes_along(size_t lanes, size_t space, float factor, const float *r, const float *xi,
                 const float *xj, float *out);

/* y [lanes] += factor x */
void lanes_add(size_t lanes, float factor, const float *x, float *y);

/* to [c, lanes] += sign r[c] dpush + push (xi - xj)[c, lanes] */
void lanes_move(size_t lanes, size_t space, float sign, const float *r, const float *dpush,
                float push, const float *xi, const float *xj, float *to);

#endif
