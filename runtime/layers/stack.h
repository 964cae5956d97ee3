/* A stack of equally wide dense layers, each followed by an activation: the inner part of an MLP.
 * Its weights are one layer after the other: kernel [width, width], bias [width]. */
#ifndef LAYERS_STACK_H
#define LAYERS_STACK_H

#include "layers/activations.h"
#include "layers/tensors.h"

typedef struct stack_shape {
  size_t depth, width;
  layers_activation activation; /* softplus, where it is left out */
  bool tiled;                   /* products by layers/tiled.h, not by BLAS: other rounding */
} stack_shape;

/* Adds PART<k>.kernel and PART<k>.bias for k = first, first + 1, ...; returns where they begin. */
size_t stack_tensors(tensor_list *list, stack_shape shape, const char *part, size_t first);

/* Floats of tape for n rows. */
size_t stack_tape(stack_shape shape, size_t n);

/* x [n, width] in; returns the last activations [n, width], inside the tape; with depth 0, x. */
const float *stack_forward(stack_shape shape, size_t n, const float *w, const float *x,
                           float *tape);

/* What stack_forward on this x and tape returned. */
const float *stack_output(stack_shape shape, size_t n, const float *x, const float *tape);

/* The slopes [n, width] of the activations of layer k, inside the tape. */
const float *stack_slopes(stack_shape shape, size_t n, const float *tape, size_t k);

/* dy [n, width] is overwritten; dw gets the gradient added (may be NULL); dx [n, width] (may be
 * NULL) must not be dy. scratch: n * width floats. */
void stack_backward(stack_shape shape, size_t n, const float *w, const float *x, const float *tape,
                    float *dy, float *dw, float *dx, float *scratch);

/* Pushes the tangent t [n, width] of x through the layers that `tape` was made by; scratch as
 * above. Returns where the result is: t or scratch. */
float *stack_tangent(stack_shape shape, size_t n, const float *w, const float *tape, float *t,
                     float *scratch);

#endif
