/* The derivative of one layer for one point, in blocks: what particle i gets from particle j.
 *
 *   in   (a_j, x_j), with initial_distance (a_j, x0_j, x_j)     a_j = h_j kernel_j   [W + D, W + 2 D]
 *   out  (sum of messages, move of i)                           [W + D], of the last layer [D]
 *
 * The block of i itself has a_i = h_i kernel_i. The first layer's h do not depend on x: there are
 * no rows for a. The last layer's messages go nowhere: there are no columns for them. */
#ifndef EGNN_BLOCKS_H
#define EGNN_BLOCKS_H

#include "layer.h"

typedef struct blocks_shape {
  size_t width, space;
  bool initial;        /* rows for x0 */
  bool inner, message; /* rows for a, columns for messages */
  size_t in, out;
} blocks_shape;

blocks_shape blocks_of(const egnn_call *call, size_t l);

/* Floats of scratch. */
size_t blocks_scratch(const egnn *net);

/* Blocks of particle i of point b, block [N, in, out] from every other particle (that from i is
 * not written) and own [in, out]. slopes [n P, W]: what egnn_layer_slopes gave for layer l, whose
 * pairs are ordered. */
void blocks_fill(const egnn_call *call, size_t l, const float *slopes, size_t b, size_t i,
                 float *block, float *own, float *scratch);

/* The first layer: block [in, out] of pair p of point b, from j to i. From i to j the columns of
 * messages have the other sign. */
void blocks_first(const egnn_call *call, const float *slopes, size_t b, size_t p, float *block,
                  float *scratch);

#endif
