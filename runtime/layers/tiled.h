/* Dense layers as in layers/dense.h for narrow ones, where BLAS is far from its peak: by the tiles
 * of strided_gemm.h, a few rows at a time, so that a row goes through product and activation while
 * it is in the first cache. Layers that are wide, or not of whole lanes, go through BLAS. */
#ifndef LAYERS_TILED_H
#define LAYERS_TILED_H

#include "layers/activations.h"

#include <stdbool.h>

/* y = x w + b; b may be NULL. */
void layers_tiled(size_t n, size_t in, size_t out, const float *x, const float *w, const float *b,
                  float *y);

/* act = activation of x w + b, slope = its derivative. */
void layers_tiled_activate(layers_activation kind, size_t n, size_t in, size_t out, const float *x,
                           const float *w, const float *b, float *act, float *slope);

/* dy is the gradient by the activations; it is multiplied by their slopes first, unless slope is
 * NULL. Adds to dw and db (either may be NULL), writes dx (may be NULL). */
void layers_tiled_backward(size_t n, size_t in, size_t out, const float *x, const float *w,
                           const float *slope, float *dy, float *dw, float *db, float *dx);

#endif
