/* One EGNN layer, backward. Loops over b are over points, over p over pairs of one. */
#include "gate.h"
#include "layer.h"

#include "layers/tiled.h"

#include <string.h>

/* Where a gradient goes: dw + offset, or nowhere. */
static float *into(float *dw, size_t offset) {
  return dw ? dw + offset : NULL;
}

/* From work.dh (by h_next) to work.nodes = gradients by [h_i, sum_j m_ij]. */
static void node_backward(egnn_call *call, const egnn_layer_weights *at, const egnn_tape *t,
                          float *dw) {
  const size_t width = call->net->width, nodes = call->n * call->domain->particles;
  const float *w = call->w;
  egnn_work *work = &call->work;
  float *dout = work->rows_a, *dact = work->rows_b;
  layers_tiled_backward(nodes, width, width, t->node_out, w + at->node_last, NULL, work->dh,
                        into(dw, at->node_last), into(dw, at->node_last_bias), dout);
  stack_backward(egnn_tiled_stack(call->net, 2), nodes, w + at->node, t->node_act, t->node, dout,
                 into(dw, at->node), dact, work->dh_next);
  layers_tiled_backward(nodes, 2 * width, width, t->node_in, w + at->node_first, t->node_slope,
                        dact, into(dw, at->node_first), into(dw, at->node_first_bias), work->nodes);
  for (size_t i = 0; i < nodes; i++) /* h_next = h_i + ...: dh itself, too */
    for (size_t k = 0; k < width; k++) work->nodes[i * 2 * width + k] += work->dh[i * width + k];
}

/* Adds the node MLP's gradient by the messages to dm [n P, W]. */
static void add_message_gradients(const egnn_call *call, const egnn_tape *t, float *dm) {
  const size_t width = call->net->width, particles = call->domain->particles;
  const edges all = egnn_edges(call, t, 2 * width);
  for (size_t b = 0; b < call->n; b++)
    edges_spread(&all, call->work.nodes + b * particles * 2 * width + width,
                 dm + b * t->pairs * width);
}

/* s -> c -> m -> e -> first_act, all [n P, W]: from work.ds, and from work.nodes where `messages`,
 * to the gradient by the first edge layer's activations, in work.a. */
static float *edge_backward(egnn_call *call, const egnn_layer_weights *at, const egnn_tape *t,
                            bool messages, float *dw) {
  const stack_shape stack = egnn_tiled_stack(call->net, 1);
  const size_t width = call->net->width, all = call->n * t->pairs;
  const float *w = call->w;
  egnn_work *work = &call->work;
  /* dfirst takes the place of dc, which has been used by then */
  float *dc = work->a, *dm = work->b, *dfirst = work->a;
  if (dw) edges_add_dot(all, width, t->c, work->ds, dw + at->coord_last);
  edges_outer(all, width, work->ds, w + at->coord_last, dc);
  stack_backward(stack, all, w + at->coord, t->m, t->coord, dc, into(dw, at->coord), dm, work->c);
  if (messages) add_message_gradients(call, t, dm);
  if (call->net->attention)
    gate_backward(all, width, w + at->gate, t->e, t->gate, dm, into(dw, at->gate),
                  into(dw, at->gate_bias), work->ds);
  stack_backward(stack, all, w + at->edge, t->first_act, t->edge, dm, into(dw, at->edge), dfirst,
                 work->c);
  return dfirst;
}

/* The same for the distances of the input, where the first edge layer sees them. */
static void initial_backward(egnn_call *call, const egnn_layer_weights *at, const egnn_tape *t,
                             const float *dpre, float *dw) {
  const size_t width = call->net->width, all = call->n * t->pairs;
  egnn_work *work = &call->work;
  const float *feature = t->ordered ? work->feature0 : t->feature;
  if (dw) edges_add_dot(all, width, dpre, feature, dw + at->kernel_0);
  edges_dot(all, width, dpre, call->w + at->kernel_0, work->ds);
  egnn_distance_backward(call, t, work->ds, t->ordered ? work->d20 : t->d2,
                         t->ordered ? work->diff0 : t->diff, work->dx0);
}

/* Through the edge MLP's first layer: from the gradient by its activations to its weights, to x
 * through the distances, and to work.dh [rows, W]. The rows of pairs are summed per particle first,
 * as h went through the layer once per particle. */
static void first_edge_backward(egnn_call *call, const egnn_layer_weights *at, const egnn_tape *t,
                                float *dfirst, float *dw) {
  const size_t width = call->net->width, size = t->pairs * width;
  const edges all = egnn_edges(call, t, egnn_row_step(call, t));
  const float *w = call->w;
  egnn_work *work = &call->work;
  float *by_i = work->rows_a, *by_j = work->rows_b; /* [rows, W] */
  memset(by_i, 0, t->rows * width * sizeof *by_i);
  memset(by_j, 0, t->rows * width * sizeof *by_j);
  for (size_t b = 0; b < call->n; b++) {
    const size_t row = egnn_first_row(call, t, b) * width, p = b * t->pairs;
    edges_join_backward(&all, t->first_slope + b * size, t->feature + p, w + at->kernel_d,
                        dfirst + b * size, by_i + row, by_j + row, into(dw, at->kernel_d),
                        work->ds + p);
  }
  egnn_distance_backward(call, t, work->ds, t->d2, t->diff, work->dx_next);
  if (call->net->initial_distance) initial_backward(call, at, t, dfirst, dw);
  layers_tiled_backward(t->rows, width, width, t->h, w + at->kernel_i, NULL, by_i,
                        into(dw, at->kernel_i), into(dw, at->first_bias), work->dh);
  layers_tiled_backward(t->rows, width, width, t->h, w + at->kernel_j, NULL, by_j,
                        into(dw, at->kernel_j), NULL, work->dh_next);
  for (size_t k = 0; k < t->rows * width; k++) work->dh[k] += work->dh_next[k];
}

/* h_i reaches the node MLP and h_next directly: adds that to work.dh [rows, W]. */
static void add_residual(egnn_call *call, const egnn_tape *t) {
  const size_t width = call->net->width, particles = call->domain->particles;
  for (size_t b = 0; b < call->n; b++)
    for (size_t i = 0; i < particles; i++) {
      const float *from = call->work.nodes + (b * particles + i) * 2 * width;
      float *to = call->work.dh + egnn_row(t, call->domain, b, i) * width;
      for (size_t k = 0; k < width; k++) to[k] += from[k];
    }
}

void egnn_find_outputs(const egnn_call *call, egnn_tape *t) {
  const size_t all = call->n * t->pairs, nodes = call->n * call->domain->particles;
  t->e = stack_output(egnn_stack(call->net, 1), all, t->first_act, t->edge);
  t->m = call->net->attention ? t->gated : t->e;
  t->c = stack_output(egnn_stack(call->net, 1), all, t->m, t->coord);
  if (t->moves) t->node_out = stack_output(egnn_stack(call->net, 2), nodes, t->node_act, t->node);
}

void egnn_layer_backward(egnn_call *call, size_t l, float *dw) {
  const egnn_layer_weights *at = &call->at.layer[l];
  egnn_work *work = &call->work;
  egnn_tape *t = &work->layer[l];
  egnn_find_outputs(call, t);
  if (t->moves) node_backward(call, at, t, dw);
  egnn_move_backward(call, t);
  float *dfirst = edge_backward(call, at, t, t->moves, dw);
  egnn_diff_backward(call, t);
  first_edge_backward(call, at, t, dfirst, dw);
  if (t->moves) add_residual(call, t);
  float *swap = work->dx;
  work->dx = work->dx_next;
  work->dx_next = swap;
}

const float *egnn_layer_slopes(egnn_call *call, size_t l) {
  egnn_work *work = &call->work;
  egnn_tape *t = &work->layer[l];
  egnn_find_outputs(call, t);
  for (size_t p = 0; p < call->n * t->pairs; p++)
    work->ds[p] = egnn_bounded_slope(call->net, t->s[p]);
  float *slopes = edge_backward(call, &call->at.layer[l], t, false, NULL);
  layers_scale(call->n * t->pairs * call->net->width, t->first_slope, slopes);
  return slopes;
}
