#include "layers/stack.h"

#include "layers/activations.h"
#include "layers/dense.h"

#include <string.h>

/* Tape of layer k: activations [n, width], then slopes [n, width]. */
static const float *activations(stack_shape shape, size_t n, const float *tape, size_t k) {
  return tape + 2 * k * n * shape.width;
}

static const float *slopes(stack_shape shape, size_t n, const float *tape, size_t k) {
  return tape + (2 * k + 1) * n * shape.width;
}

static size_t layer_weights(stack_shape shape) {
  return shape.width * shape.width + shape.width;
}

size_t stack_weights(stack_shape shape) {
  return shape.depth * layer_weights(shape);
}

size_t stack_tape(stack_shape shape, size_t n) {
  return 2 * shape.depth * n * shape.width;
}

const float *stack_output(stack_shape shape, size_t n, const float *x, const float *tape) {
  return shape.depth ? activations(shape, n, tape, shape.depth - 1) : x;
}

const float *stack_forward(stack_shape shape, size_t n, const float *w, const float *x,
                           float *tape) {
  const size_t width = shape.width, size = n * width;
  for (size_t k = 0; k < shape.depth; k++) {
    float *y = tape + 2 * k * size;
    layers_dense(n, width, width, x, w, w + width * width, y);
    layers_softplus(size, y, y, y + size);
    w += layer_weights(shape);
    x = y;
  }
  return x;
}

void stack_backward(stack_shape shape, size_t n, const float *w, const float *x, const float *tape,
                    float *dy, float *dw, float *dx, float *spare) {
  const size_t width = shape.width, size = n * width, step = layer_weights(shape);
  if (shape.depth == 0 && dx) memcpy(dx, dy, size * sizeof *dx);
  for (size_t k = shape.depth; k-- > 0;) {
    const float *input = k ? activations(shape, n, tape, k - 1) : x;
    float *dinput = k ? spare : dx, *dkernel = dw ? dw + k * step : NULL;
    layers_scale(size, slopes(shape, n, tape, k), dy);
    layers_dense_backward(n, width, width, input, w + k * step, dy, dkernel,
                          dkernel ? dkernel + width * width : NULL, dinput);
    spare = dy;
    dy = dinput;
  }
}

float *stack_tangent(stack_shape shape, size_t n, const float *w, const float *tape, float *t,
                     float *spare) {
  const size_t width = shape.width;
  for (size_t k = 0; k < shape.depth; k++) {
    layers_dense(n, width, width, t, w, NULL, spare);
    layers_scale(n * width, slopes(shape, n, tape, k), spare);
    float *done = spare;
    spare = t;
    t = done;
    w += layer_weights(shape);
  }
  return t;
}
