/* Derivatives of single messages by what goes into the edge MLP. */
#ifndef EGNN_MESSAGES_H
#define EGNN_MESSAGES_H

#include "layer.h"

/* dm/da [W, W] of pair `at` (of all points) of layer l, a row for each number that the first edge
 * layer gives to its activation; scratch: 2 W W floats. After egnn_layer_forward. */
void messages_by_inner(const egnn_call *call, size_t l, size_t at, float *to, float *scratch);

/* From dm [W, W]: its rows combined with kernel [W], out [W]; and sum [W, W] += dm. */
void messages_combine(size_t width, const float *kernel, const float *dm, float *out);
void messages_add(size_t width, const float *dm, float *sum);

#endif
