/* One EGNN layer, forward. Loops over b are over points, over p over pairs of one. */
#include "gate.h"
#include "layer.h"

#include "layers/tiled.h"

#include <string.h>

/* The edge MLP's first layer is linear in (h_i, h_j, f(d2)): h goes through it once per particle
 * (or once per point), not once per pair. */
static void first_edge_layer(egnn_call *call, const egnn_layer_weights *at, egnn_tape *t) {
  const size_t width = call->net->width, size = t->pairs * width;
  const float *w = call->w, *initial = t->ordered ? call->work.feature0 : t->feature;
  const edges all = egnn_edges(call, t, egnn_row_step(call, t));
  float *by_i = call->work.rows_a, *by_j = call->work.rows_b; /* [rows, W] */
  layers_tiled(t->rows, width, width, t->h, w + at->kernel_i, w + at->first_bias, by_i);
  layers_tiled(t->rows, width, width, t->h, w + at->kernel_j, NULL, by_j);
  for (size_t b = 0; b < call->n; b++) {
    const size_t row = egnn_first_row(call, t, b) * width, p = b * t->pairs;
    float *y = t->first_act + b * size;
    edges_join(&all, by_i + row, by_j + row, t->feature + p, w + at->kernel_d, y);
    if (call->net->initial_distance)
      edges_add_outer(t->pairs, width, initial + p, w + at->kernel_0, y);
    layers_activate((layers_activation)call->net->activation, size, y, y,
                    t->first_slope + b * size);
  }
}

/* node_in = [h_i, sum_j m_ij] */
static void gather_nodes(const egnn_call *call, egnn_tape *t) {
  const size_t width = call->net->width, particles = call->domain->particles;
  const edges all = egnn_edges(call, t, 2 * width);
  for (size_t b = 0; b < call->n; b++) {
    float *rows = t->node_in + b * particles * 2 * width;
    for (size_t i = 0; i < particles; i++) {
      memcpy(rows + i * 2 * width, t->h + egnn_row(t, call->domain, b, i) * width,
             width * sizeof *rows);
      memset(rows + i * 2 * width + width, 0, width * sizeof *rows);
    }
    edges_sum(&all, t->m + b * t->pairs * width, rows + width);
  }
}

/* h_next [n N, W] = h_i + phi_h(node_in) */
static void node_forward(const egnn_call *call, const egnn_layer_weights *at, egnn_tape *t,
                         float *h_next) {
  const size_t width = call->net->width, nodes = call->n * call->domain->particles;
  const stack_shape stack = egnn_tiled_stack(call->net, 2);
  const float *w = call->w;
  gather_nodes(call, t);
  layers_tiled_activate(stack.activation, nodes, 2 * width, width, t->node_in, w + at->node_first,
                        w + at->node_first_bias, t->node_act, t->node_slope);
  t->node_out = stack_forward(stack, nodes, w + at->node, t->node_act, t->node);
  layers_tiled(nodes, width, width, t->node_out, w + at->node_last, w + at->node_last_bias, h_next);
  for (size_t i = 0; i < nodes; i++)
    for (size_t k = 0; k < width; k++) h_next[i * width + k] += t->node_in[i * 2 * width + k];
}

void egnn_layer_forward(egnn_call *call, size_t l, float *x_next, float *h_next) {
  const egnn_layer_weights *at = &call->at.layer[l];
  const stack_shape stack = egnn_tiled_stack(call->net, 1);
  const float *w = call->w;
  egnn_work *work = &call->work;
  egnn_tape *t = &work->layer[l];
  const size_t all = call->n * t->pairs;
  egnn_measure_pairs(call, t, t->x, t->diff, t->d2, t->feature);
  if (l == 1 && call->net->initial_distance)
    egnn_measure_pairs(call, t, work->layer[0].x, work->diff0, work->d20, work->feature0);
  first_edge_layer(call, at, t);                                         /* first_act [n P, W] */
  t->e = stack_forward(stack, all, w + at->edge, t->first_act, t->edge); /* [n P, W] */
  if (call->net->attention)
    gate_forward(all, call->net->width, w + at->gate, w[at->gate_bias], t->e, t->gate, t->gated);
  t->m = call->net->attention ? t->gated : t->e;
  t->c = stack_forward(stack, all, w + at->coord, t->m, t->coord); /* [n P, W] */
  edges_dot(all, call->net->width, t->c, w + at->coord_last, t->s);
  if (call->net->tanh_range > 0)
    for (size_t p = 0; p < all; p++) t->s[p] = egnn_bounded(call->net, t->s[p]);
  egnn_move(call, t, x_next);
  if (t->moves) node_forward(call, at, t, h_next);
}
