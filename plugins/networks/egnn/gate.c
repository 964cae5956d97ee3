#include "gate.h"

#include "edges.h"
#include "layers/activations.h"

void gate_forward(size_t rows, size_t width, const float *kernel, float bias, const float *e,
                  float *gate, float *m) {
  edges_dot(rows, width, e, kernel, gate);
  for (size_t i = 0; i < rows; i++) gate[i] += bias;
  layers_sigmoid(rows, gate, gate);
  edges_scale(rows, width, gate, e, m);
}

void gate_tangent(size_t rows, size_t width, const float *kernel, const float *e, const float *gate,
                  float *t, float *scratch) {
  edges_dot(rows, width, t, kernel, scratch);
  edges_scale(rows, width, gate, t, t);
  for (size_t i = 0; i < rows; i++) {
    const float along = scratch[i] * gate[i] * (1 - gate[i]);
    for (size_t k = 0; k < width; k++) t[i * width + k] += along * e[i * width + k];
  }
}

void gate_backward(size_t rows, size_t width, const float *kernel, const float *e,
                   const float *gate, float *dm, float *dkernel, float *dbias, float *scratch) {
  edges_row_dot(rows, width, dm, e, scratch);
  for (size_t i = 0; i < rows; i++) scratch[i] *= gate[i] * (1 - gate[i]);
  if (dkernel) edges_add_dot(rows, width, e, scratch, dkernel);
  for (size_t i = 0; dbias && i < rows; i++) *dbias += scratch[i];
  edges_scale(rows, width, gate, dm, dm);
  edges_add_outer(rows, width, scratch, kernel, dm);
}
