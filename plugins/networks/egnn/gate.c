/* Attention: m_ij = e_ij sigmoid(g . e_ij + g0), as in Satorras' code. */
#include "layer.h"

#include "layers/activations.h"

void egnn_gate_forward(const egnn_call *call, const egnn_layer_weights *at, egnn_tape *t) {
  const size_t width = call->net->width, all = call->n * t->pairs;
  edges_dot(all, width, t->e, call->w + at->gate, t->gate);
  for (size_t p = 0; p < all; p++) t->gate[p] += call->w[at->gate_bias];
  layers_sigmoid(all, t->gate, t->gate);
  edges_scale(all, width, t->gate, t->e, t->gated);
}

void egnn_gate_backward(const egnn_call *call, const egnn_layer_weights *at, const egnn_tape *t,
                        float *dm, float *ds, float *dw) {
  const size_t width = call->net->width, all = call->n * t->pairs;
  edges_row_dot(all, width, dm, t->e, ds);
  for (size_t p = 0; p < all; p++) ds[p] *= t->gate[p] * (1 - t->gate[p]);
  if (dw) {
    edges_add_dot(all, width, t->e, ds, dw + at->gate);
    for (size_t p = 0; p < all; p++) dw[at->gate_bias] += ds[p];
  }
  edges_scale(all, width, t->gate, dm, dm);
  edges_add_outer(all, width, ds, call->w + at->gate, dm);
}
