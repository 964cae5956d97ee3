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

size_t stack_tensors(tensor_list *list, stack_shape shape, const char *part, size_t first) {
  const size_t offset = list->offset;
  for (size_t k = first; k < first + shape.depth; k++) {
    tensors_add(list, shape.width, shape.width, HIFM_INIT_LECUN, 1, "%s%zu.kernel", part, k);
    tensors_add(list, 1, shape.width, HIFM_INIT_ZERO, 1, "%s%zu.bias", part, k);
  }
  return offset;
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
                    float *dy, float *dw, float *dx, float *scratch) {
  const size_t width = shape.width, size = n * width, step = layer_weights(shape);
  if (shape.depth == 0 && dx) memcpy(dx, dy, size * sizeof *dx);
  for (size_t k = shape.depth; k-- > 0;) {
    const float *input = k ? activations(shape, n, tape, k - 1) : x;
    float *dinput = k ? scratch : dx, *dkernel = dw ? dw + k * step : NULL;
    layers_scale(size, slopes(shape, n, tape, k), dy);
    layers_dense_backward(n, width, width, input, w + k * step, dy, dkernel,
                          dkernel ? dkernel + width * width : NULL, dinput);
    scratch = dy;
    dy = dinput;
  }
}

float *stack_tangent(stack_shape shape, size_t n, const float *w, const float *tape, float *t,
                     float *scratch) {
  const size_t width = shape.width;
  for (size_t k = 0; k < shape.depth; k++) {
    layers_dense(n, width, width, t, w, NULL, scratch);
    layers_scale(n * width, slopes(shape, n, tape, k), scratch);
    float *done = scratch;
    scratch = t;
    t = done;
    w += layer_weights(shape);
  }
  return t;
}
