#include "layers/stack.h"

#include "layers/dense.h"
#include "layers/tiled.h"

#include <string.h>

/* Tape of layer k: activations [n, width], then slopes [n, width]. */
static const float *activations(stack_shape shape, size_t n, const float *tape, size_t k) {
  return tape + 2 * k * n * shape.width;
}

const float *stack_slopes(stack_shape shape, size_t n, const float *tape, size_t k) {
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

static void activate_layer(stack_shape shape, size_t n, const float *x, const float *w, float *act,
                           float *slope) {
  const size_t width = shape.width;
  const float *bias = w + width * width;
  if (shape.tiled) {
    layers_tiled_activate(shape.activation, n, width, width, x, w, bias, act, slope);
  } else {
    layers_dense(n, width, width, x, w, bias, act);
    layers_activate(shape.activation, n * width, act, act, slope);
  }
}

const float *stack_forward(stack_shape shape, size_t n, const float *w, const float *x,
                           float *tape) {
  const size_t width = shape.width, size = n * width;
  for (size_t k = 0; k < shape.depth; k++) {
    float *y = tape + 2 * k * size;
    activate_layer(shape, n, x, w, y, y + size);
    w += layer_weights(shape);
    x = y;
  }
  return x;
}

/* dw [width, width], with the bias's gradient after it, or NULL. */
static void layer_backward(stack_shape shape, size_t n, const float *x, const float *w,
                           const float *slope, float *dy, float *dw, float *dx) {
  const size_t width = shape.width;
  float *db = dw ? dw + width * width : NULL;
  if (shape.tiled) {
    layers_tiled_backward(n, width, width, x, w, slope, dy, dw, db, dx);
  } else {
    layers_scale(n * width, slope, dy);
    layers_dense_backward(n, width, width, x, w, dy, dw, db, dx);
  }
}

void stack_backward(stack_shape shape, size_t n, const float *w, const float *x, const float *tape,
                    float *dy, float *dw, float *dx, float *scratch) {
  const size_t size = n * shape.width, step = layer_weights(shape);
  if (shape.depth == 0 && dx) memcpy(dx, dy, size * sizeof *dx);
  for (size_t k = shape.depth; k-- > 0;) {
    const float *input = k ? activations(shape, n, tape, k - 1) : x;
    float *dinput = k ? scratch : dx;
    layer_backward(shape, n, input, w + k * step, stack_slopes(shape, n, tape, k), dy,
                   dw ? dw + k * step : NULL, dinput);
    scratch = dy;
    dy = dinput;
  }
}

float *stack_tangent(stack_shape shape, size_t n, const float *w, const float *tape, float *t,
                     float *scratch) {
  const size_t width = shape.width;
  for (size_t k = 0; k < shape.depth; k++) {
    layers_dense(n, width, width, t, w, NULL, scratch);
    layers_scale(n * width, stack_slopes(shape, n, tape, k), scratch);
    float *done = scratch;
    scratch = t;
    t = done;
    w += layer_weights(shape);
  }
  return t;
}
