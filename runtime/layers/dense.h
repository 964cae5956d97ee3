/* A dense layer y = x w + b for n rows, forward and backward, through CBLAS.
 *
 * Shapes, row-major: x [n, in], w [in, out], b [out], y [n, out]; gradients like their arrays. */
#ifndef LAYERS_DENSE_H
#define LAYERS_DENSE_H

#include <stddef.h>

/* b may be NULL. */
void layers_dense(size_t n, size_t in, size_t out, const float *x, const float *w, const float *b,
                  float *y);

/* Adds to dw and db (either may be NULL), writes dx (may be NULL). */
void layers_dense_backward(size_t n, size_t in, size_t out, const float *x, const float *w,
                           const float *dy, float *dw, float *db, float *dx);

#endif
