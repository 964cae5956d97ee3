/* A stack of equally wide dense layers, each followed by softplus: what EGNN's and MLP's inner
 * parts are made of. Weights lie one layer after the other: kernel [width, width], bias [width]. */
#ifndef LAYERS_STACK_H
#define LAYERS_STACK_H

#include <stddef.h>

typedef struct stack_shape {
  size_t depth, width;
} stack_shape;

/* Floats of weights; floats of tape for n rows. */
size_t stack_weights(stack_shape shape);
size_t stack_tape(stack_shape shape, size_t n);

/* x [n, width] in; returns the last activations [n, width], inside the tape. With depth 0 x itself.
 */
const float *stack_forward(stack_shape shape, size_t n, const float *w, const float *x,
                           float *tape);

/* What stack_forward on this x and tape returned. */
const float *stack_output(stack_shape shape, size_t n, const float *x, const float *tape);

/* dy [n, width] is used up; dw gets the gradient added (may be NULL); dx [n, width] (may be NULL)
 * must not be dy. spare: n * width floats. */
void stack_backward(stack_shape shape, size_t n, const float *w, const float *x, const float *tape,
                    float *dy, float *dw, float *dx, float *spare);

/* Pushes the tangent t [n, width] of x through the layers that `tape` was made by; spare as above.
 * Returns where the result is: t or spare. */
float *stack_tangent(stack_shape shape, size_t n, const float *w, const float *tape, float *t,
                     float *spare);

#endif
