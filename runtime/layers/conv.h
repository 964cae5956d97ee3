/* Convolutions of images, forward and backward, and what a UNet has between them.
 *
 * A map is one image of features with a frame of zeros around it, one pixel wide, so that a 3 x 3
 * convolution does not have to look where an image ends: [height + 2, width + 2, channels],
 * channels fastest. "Writes" means the whole map, frame and all; "adds" leaves the frame as it is.
 * Channels that are written or added to are a multiple of LAYERS_LANES (layers/strided_gemm.h), but
 * for frame and unframe.
 *
 * Kernels: 3 x 3 [3, 3, in, out]; 2 x 2 of the up-convolution [2, 2, in, out]. */
#ifndef LAYERS_CONV_H
#define LAYERS_CONV_H

#include "layers/strided_gemm.h"

typedef struct map {
  size_t height, width, channels;
} map;

/* Floats of a map, frame and all; the next multiple of LAYERS_LANES. */
size_t layers_map_size(map m);
size_t layers_lanes(size_t channels);

/* Writes a map of [height, width, channels] without a frame, as networks get images; and back: the
 * first `channels` of each pixel's `m.channels`. */
void layers_frame(map m, const float *image, float *x);
void layers_unframe(map m, size_t channels, const float *x, float *image);

/* Adds the vector [m.channels] to every pixel; adds the sum of all pixels to a vector. */
void layers_shift(map m, const float *vector, float *y);
void layers_sum(map m, const float *x, float *vector);

/* 3 x 3 convolution, stride 1: adds to y [height, width, out]. */
void layers_conv(map in, size_t out, const float *x, const float *w, float *y);

/* Its gradient: adds to dw. The gradient of x is layers_conv of dy with the turned kernel, turned
 * [3, 3, out, layers_lanes(in)], where columns behind `in` are zero. */
void layers_conv_weights(map in, size_t out, const float *x, const float *dy, float *dw);
void layers_conv_turn(size_t in, size_t out, const float *w, float *turned);

/* 2 x 2 up-convolution, stride 2 (transposed convolution): adds to y [2 height, 2 width, out]. */
void layers_up(map in, size_t out, const float *x, const float *w, float *y);

/* Its gradients: adds to dw; adds to dx with the turned kernel [2, 2, out, in]. */
void layers_up_weights(map in, size_t out, const float *x, const float *dy, float *dw);
void layers_up_back(map in, size_t out, const float *dy, const float *turned, float *dx);
void layers_up_turn(size_t in, size_t out, const float *w, float *turned);

/* Mean of 2 x 2 pixels: writes y [height / 2, width / 2]; its gradient adds to dx. */
void layers_pool(map in, const float *x, float *y);
void layers_pool_back(map in, const float *dy, float *dx);

#endif
