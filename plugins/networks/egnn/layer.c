/* One EGNN layer, forward and backward. Loops over b are over points, over p over pairs of one. */
#include "egnn.h"

#include "layers/activations.h"
#include "layers/dense.h"

#include <cblas.h>
#include <string.h>

/* ---- forward ---- */

static void measure_pairs(const egnn_call *call, egnn_tape *t) {
  const size_t space = call->domain->space, d = call->domain->d;
  for (size_t b = 0; b < call->n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const size_t at = b * t->pairs + p;
      const float *xi = t->x + b * d + t->i[p] * space;
      const float *xj = t->x + b * d + t->j[p] * space;
      float d2 = 0;
      for (size_t k = 0; k < space; k++) {
        const float diff = xi[k] - xj[k];
        t->diff[at * space + k] = diff;
        d2 += diff * diff;
      }
      t->d2[at] = d2;
    }
}

/* The edge MLP's first layer is linear in (h_i, h_j, f(d2)): h goes through it once per particle
 * (or once per point), not once per pair. */
static void first_edge_layer(egnn_call *call, const egnn_layer_weights *at, egnn_tape *t) {
  const size_t width = call->net->width, n = call->n;
  const float *kernel_d = call->w + at->kernel_d;
  float *by_i = call->work.rows_a, *by_j = call->work.rows_b; /* [rows, W] */
  for (size_t p = 0; p < n * t->pairs; p++) t->feature[p] = egnn_feature(call->net, t->d2[p]);
  layers_dense(t->rows, width, width, t->h, call->w + at->kernel_i, call->w + at->first_bias, by_i);
  layers_dense(t->rows, width, width, t->h, call->w + at->kernel_j, NULL, by_j);
  for (size_t b = 0; b < n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const float *restrict hi = by_i + egnn_row(t, call->domain, b, t->i[p]) * width;
      const float *restrict hj = by_j + egnn_row(t, call->domain, b, t->j[p]) * width;
      float *restrict y = t->first_act + (b * t->pairs + p) * width;
      const float d = t->feature[b * t->pairs + p];
      for (size_t k = 0; k < width; k++) y[k] = hi[k] + hj[k] + d * kernel_d[k];
    }
  layers_softplus(n * t->pairs * width, t->first_act, t->first_act, t->first_slope);
}

/* x_next_i = x_i + 1/(N-1) sum_j (x_i - x_j) s_ij; an unordered pair moves both of its ends. */
static void move_particles(const egnn_call *call, const egnn_tape *t, float *x_next) {
  const size_t space = call->domain->space, d = call->domain->d;
  const float share = 1.0f / (float)(call->domain->particles - 1);
  memcpy(x_next, t->x, call->n * d * sizeof *x_next);
  for (size_t b = 0; b < call->n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const size_t at = b * t->pairs + p;
      float *xi = x_next + b * d + t->i[p] * space;
      float *xj = x_next + b * d + t->j[p] * space;
      for (size_t k = 0; k < space; k++) {
        const float push = share * t->s[at] * t->diff[at * space + k];
        xi[k] += push;
        if (!t->ordered) xj[k] -= push;
      }
    }
}

/* node_in = [h_i, sum_j m_ij] */
static void gather_nodes(const egnn_call *call, egnn_tape *t) {
  const size_t width = call->net->width, particles = call->domain->particles;
  for (size_t b = 0; b < call->n; b++)
    for (size_t i = 0; i < particles; i++) {
      float *row = t->node_in + (b * particles + i) * 2 * width;
      memcpy(row, t->h + egnn_row(t, call->domain, b, i) * width, width * sizeof *row);
      memset(row + width, 0, width * sizeof *row);
    }
  for (size_t b = 0; b < call->n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const float *m = t->m + (b * t->pairs + p) * width;
      float *to_i = t->node_in + (b * particles + t->i[p]) * 2 * width + width;
      float *to_j = t->node_in + (b * particles + t->j[p]) * 2 * width + width;
      for (size_t k = 0; k < width; k++) to_i[k] += m[k];
      if (!t->ordered)
        for (size_t k = 0; k < width; k++) to_j[k] += m[k];
    }
}

/* h_next [n N, W] = h_i + phi_h(node_in) */
static void node_forward(const egnn_call *call, const egnn_layer_weights *at, egnn_tape *t,
                         float *h_next) {
  const size_t width = call->net->width, nodes = call->n * call->domain->particles;
  const stack_shape stack = egnn_stack(call->net, 2);
  const float *w = call->w;
  gather_nodes(call, t);
  layers_dense(nodes, 2 * width, width, t->node_in, w + at->node_first, w + at->node_first_bias,
               t->node_act);
  layers_softplus(nodes * width, t->node_act, t->node_act, t->node_slope);
  t->node_out = stack_forward(stack, nodes, w + at->node, t->node_act, t->node);
  layers_dense(nodes, width, width, t->node_out, w + at->node_last, w + at->node_last_bias, h_next);
  for (size_t i = 0; i < nodes; i++)
    for (size_t k = 0; k < width; k++) h_next[i * width + k] += t->node_in[i * 2 * width + k];
}

void egnn_layer_forward(egnn_call *call, size_t l, float *x_next, float *h_next) {
  const egnn_layer_weights *at = &call->at.layer[l];
  const stack_shape stack = egnn_stack(call->net, 1);
  const float *w = call->w;
  egnn_tape *t = &call->work.layer[l];
  const size_t all = call->n * t->pairs;
  measure_pairs(call, t);                                                /* diff, d2 */
  first_edge_layer(call, at, t);                                         /* first_act [n P, W] */
  t->m = stack_forward(stack, all, w + at->edge, t->first_act, t->edge); /* [n P, W] */
  t->c = stack_forward(stack, all, w + at->coord, t->m, t->coord);       /* [n P, W] */
  layers_dense(all, call->net->width, 1, t->c, w + at->coord_last, NULL, t->s); /* [n P] */
  move_particles(call, t, x_next);
  if (t->moves) node_forward(call, at, t, h_next);
}

/* ---- backward ---- */

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
  layers_dense_backward(nodes, width, width, t->node_out, w + at->node_last, work->dh,
                        into(dw, at->node_last), into(dw, at->node_last_bias), dout);
  stack_backward(egnn_stack(call->net, 2), nodes, w + at->node, t->node_act, t->node, dout,
                 into(dw, at->node), dact, work->dh_next);
  layers_scale(nodes * width, t->node_slope, dact);
  layers_dense_backward(nodes, 2 * width, width, t->node_in, w + at->node_first, dact,
                        into(dw, at->node_first), into(dw, at->node_first_bias), work->nodes);
  for (size_t i = 0; i < nodes; i++) /* h_next = h_i + ...: dh itself, too */
    for (size_t k = 0; k < width; k++) work->nodes[i * 2 * width + k] += work->dh[i * width + k];
}

/* ds per pair; dx_next gets what reaches x through x_next itself and through diff in the move. */
static void move_backward(egnn_call *call, const egnn_tape *t) {
  const size_t space = call->domain->space, d = call->domain->d;
  const float share = 1.0f / (float)(call->domain->particles - 1);
  egnn_work *work = &call->work;
  memcpy(work->dx_next, work->dx, call->n * d * sizeof *work->dx);
  for (size_t b = 0; b < call->n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const size_t at = b * t->pairs + p;
      const size_t i = b * d + t->i[p] * space, j = b * d + t->j[p] * space;
      float ds = 0;
      for (size_t k = 0; k < space; k++) {
        const float dpush = share * (work->dx[i + k] - (t->ordered ? 0 : work->dx[j + k]));
        ds += dpush * t->diff[at * space + k];
        work->dx_next[i + k] += dpush * t->s[at];
        work->dx_next[j + k] -= dpush * t->s[at];
      }
      work->ds[at] = ds;
    }
}

/* Adds the node MLP's gradient by the messages to dm [n P, W]. */
static void add_message_gradients(const egnn_call *call, const egnn_tape *t, float *dm) {
  const size_t width = call->net->width, particles = call->domain->particles;
  const float *nodes = call->work.nodes;
  for (size_t b = 0; b < call->n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      float *row = dm + (b * t->pairs + p) * width;
      const float *from_i = nodes + (b * particles + t->i[p]) * 2 * width + width;
      const float *from_j = nodes + (b * particles + t->j[p]) * 2 * width + width;
      for (size_t k = 0; k < width; k++) row[k] += from_i[k] + (t->ordered ? 0 : from_j[k]);
    }
}

/* From dpre [n P, W], the gradient by the first edge layer before softplus, through f(d2) and
 * d2 = |diff|^2 to dx_next. */
static void distance_backward(egnn_call *call, const float *kernel_d, const egnn_tape *t,
                              const float *dpre) {
  const size_t space = call->domain->space, d = call->domain->d;
  const int width = (int)call->net->width;
  egnn_work *work = &call->work;
  float *dfeature = work->ds; /* [n P]: dpre . kernel_d; ds has been used */
  cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)(call->n * t->pairs), width, 1.0f, dpre, width,
              kernel_d, 1, 0.0f, dfeature, 1);
  for (size_t b = 0; b < call->n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const size_t at = b * t->pairs + p;
      const size_t i = b * d + t->i[p] * space, j = b * d + t->j[p] * space;
      for (size_t k = 0; k < space; k++) {
        const float dd2 = dfeature[at] * egnn_feature_slope(call->net, t->d2[at]);
        const float ddiff = 2 * dd2 * t->diff[at * space + k];
        work->dx_next[i + k] += ddiff;
        work->dx_next[j + k] -= ddiff;
      }
    }
}

/* Through the edge MLP's first layer: dpre [n P, W] to its weights and to work.dh [rows, W]. The
 * rows of dpre are summed per particle first, as h went through the layer once per particle. */
static void first_edge_backward(egnn_call *call, const egnn_layer_weights *at, const egnn_tape *t,
                                const float *dpre, float *dw) {
  const size_t width = call->net->width;
  egnn_work *work = &call->work;
  float *by_i = work->rows_a, *by_j = work->rows_b; /* [rows, W] */
  memset(by_i, 0, t->rows * width * sizeof *by_i);
  memset(by_j, 0, t->rows * width * sizeof *by_j);
  for (size_t b = 0; b < call->n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const float *row = dpre + (b * t->pairs + p) * width;
      float *to_i = by_i + egnn_row(t, call->domain, b, t->i[p]) * width;
      float *to_j = by_j + egnn_row(t, call->domain, b, t->j[p]) * width;
      for (size_t k = 0; k < width; k++) to_i[k] += row[k];
      for (size_t k = 0; k < width; k++) to_j[k] += row[k];
    }
  if (dw)
    cblas_sgemv(CblasRowMajor, CblasTrans, (int)(call->n * t->pairs), (int)width, 1.0f, dpre,
                (int)width, t->feature, 1, 1.0f, dw + at->kernel_d, 1);
  layers_dense_backward(t->rows, width, width, t->h, call->w + at->kernel_i, by_i,
                        into(dw, at->kernel_i), into(dw, at->first_bias), work->dh);
  layers_dense_backward(t->rows, width, width, t->h, call->w + at->kernel_j, by_j,
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

/* forward left these pointers of the tape in its own frame: they are found again. */
static void find_outputs(const egnn_call *call, egnn_tape *t) {
  const size_t all = call->n * t->pairs, nodes = call->n * call->domain->particles;
  t->m = stack_output(egnn_stack(call->net, 1), all, t->first_act, t->edge);
  t->c = stack_output(egnn_stack(call->net, 1), all, t->m, t->coord);
  if (t->moves) t->node_out = stack_output(egnn_stack(call->net, 2), nodes, t->node_act, t->node);
}

void egnn_layer_backward(egnn_call *call, size_t l, float *dw) {
  const egnn_layer_weights *at = &call->at.layer[l];
  const stack_shape stack = egnn_stack(call->net, 1);
  const float *w = call->w;
  egnn_work *work = &call->work;
  egnn_tape *t = &work->layer[l];
  const size_t width = call->net->width, all = call->n * t->pairs;
  find_outputs(call, t);
  if (t->moves) node_backward(call, at, t, dw);
  move_backward(call, t);
  /* s -> c -> m -> pre, all [n P, W]; dpre takes the place of dc, which has been used by then */
  float *dc = work->a, *dm = work->b, *dpre = work->a;
  layers_dense_backward(all, width, 1, t->c, w + at->coord_last, work->ds, into(dw, at->coord_last),
                        NULL, dc);
  stack_backward(stack, all, w + at->coord, t->m, t->coord, dc, into(dw, at->coord), dm, work->c);
  if (t->moves) add_message_gradients(call, t, dm);
  stack_backward(stack, all, w + at->edge, t->first_act, t->edge, dm, into(dw, at->edge), dpre,
                 work->c);
  layers_scale(all * width, t->first_slope, dpre);
  distance_backward(call, w + at->kernel_d, t, dpre);
  first_edge_backward(call, at, t, dpre, dw);
  if (t->moves) add_residual(call, t);
  float *swap = work->dx;
  work->dx = work->dx_next;
  work->dx_next = swap;
}
