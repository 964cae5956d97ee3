/* One EGNN layer, forward and backward. */
#include "egnn.h"

#include "layers/activations.h"
#include "layers/dense.h"

#include <cblas.h>
#include <string.h>

static void measure_pairs(const hifm_domain *domain, size_t n, egnn_tape *t) {
  const size_t space = domain->space;
  for (size_t b = 0; b < n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const size_t at = b * t->pairs + p;
      const float *xi = t->x + b * domain->d + t->i[p] * space;
      const float *xj = t->x + b * domain->d + t->j[p] * space;
      float d2 = 0;
      for (size_t k = 0; k < space; k++) {
        const float diff = xi[k] - xj[k];
        t->diff[at * space + k] = diff;
        d2 += diff * diff;
      }
      t->d2[at] = d2;
    }
}

/* The edge MLP's first layer is linear in (h_i, h_j, d2): h goes through it once per particle (or
 * once per point), not once per pair. */
static void first_edge_layer(const egnn *net, const hifm_domain *domain, size_t n, const float *w,
                             const egnn_weights *at, egnn_tape *t, egnn_work *work) {
  const size_t width = net->width;
  const float *kernel = w + at->first, *by_d2 = kernel + 2 * width * width;
  for (size_t p = 0; p < n * t->pairs; p++) t->feature[p] = egnn_feature(net, t->d2[p]);
  layers_dense(t->rows, width, width, t->h, kernel, w + at->first_bias, work->rows_a);
  layers_dense(t->rows, width, width, t->h, kernel + width * width, NULL, work->rows_b);
  for (size_t b = 0; b < n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const float *restrict hi = work->rows_a + egnn_row(t, domain, b, t->i[p]) * width;
      const float *restrict hj = work->rows_b + egnn_row(t, domain, b, t->j[p]) * width;
      float *restrict y = t->first_act + (b * t->pairs + p) * width;
      const float d = t->feature[b * t->pairs + p];
      for (size_t k = 0; k < width; k++) y[k] = hi[k] + hj[k] + d * by_d2[k];
    }
  layers_softplus(n * t->pairs * width, t->first_act, t->first_act, t->first_slope);
}

static void move_particles(const hifm_domain *domain, size_t n, const egnn_tape *t, float *x_next) {
  const size_t space = domain->space;
  const float share = 1.0f / (float)(domain->particles - 1);
  memcpy(x_next, t->x, n * domain->d * sizeof *x_next);
  for (size_t b = 0; b < n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const size_t at = b * t->pairs + p;
      float *xi = x_next + b * domain->d + t->i[p] * space;
      float *xj = x_next + b * domain->d + t->j[p] * space;
      for (size_t k = 0; k < space; k++) {
        const float push = share * t->s[at] * t->diff[at * space + k];
        xi[k] += push;
        if (!t->ordered) xj[k] -= push;
      }
    }
}

/* node_in = [h_i, sum_j m_ij] */
static void gather_nodes(const hifm_domain *domain, size_t n, size_t width, egnn_tape *t) {
  for (size_t b = 0; b < n; b++)
    for (size_t i = 0; i < domain->particles; i++) {
      float *row = t->node_in + (b * domain->particles + i) * 2 * width;
      memcpy(row, t->h + egnn_row(t, domain, b, i) * width, width * sizeof *row);
      memset(row + width, 0, width * sizeof *row);
    }
  for (size_t b = 0; b < n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const float *m = t->m + (b * t->pairs + p) * width;
      float *to_i = t->node_in + (b * domain->particles + t->i[p]) * 2 * width + width;
      float *to_j = t->node_in + (b * domain->particles + t->j[p]) * 2 * width + width;
      for (size_t k = 0; k < width; k++) to_i[k] += m[k];
      if (!t->ordered)
        for (size_t k = 0; k < width; k++) to_j[k] += m[k];
    }
}

static void node_forward(const egnn *net, const hifm_domain *domain, size_t n, const float *w,
                         const egnn_weights *at, egnn_tape *t, float *h_next) {
  const size_t width = net->width, nodes = n * domain->particles;
  gather_nodes(domain, n, width, t);
  layers_dense(nodes, 2 * width, width, t->node_in, w + at->node_first, w + at->node_bias,
               t->node_act);
  layers_softplus(nodes * width, t->node_act, t->node_act, t->node_slope);
  t->node_out = stack_forward(egnn_stack(net, 2), nodes, w + at->node, t->node_act, t->node);
  layers_dense(nodes, width, width, t->node_out, w + at->node_last, w + at->node_last_bias, h_next);
  for (size_t i = 0; i < nodes; i++)
    for (size_t k = 0; k < width; k++) h_next[i * width + k] += t->node_in[i * 2 * width + k];
}

void egnn_layer_forward(const egnn *net, const hifm_domain *domain, size_t n, const float *w,
                        const egnn_weights *at, egnn_tape *t, egnn_work *work, float *x_next,
                        float *h_next) {
  const size_t all = n * t->pairs;
  measure_pairs(domain, n, t);
  first_edge_layer(net, domain, n, w, at, t, work);
  t->m = stack_forward(egnn_stack(net, 1), all, w + at->edge, t->first_act, t->edge);
  t->c = stack_forward(egnn_stack(net, 1), all, w + at->coord, t->m, t->coord);
  layers_dense(all, net->width, 1, t->c, w + at->coord_last, NULL, t->s);
  move_particles(domain, n, t, x_next);
  if (t->moves) node_forward(net, domain, n, w, at, t, h_next);
}

/* From work->dh (by h_next) to work->nodes = gradients by [h_i, sum_j m_ij]. */
static void node_backward(const egnn *net, const hifm_domain *domain, size_t n, const float *w,
                          const egnn_weights *at, const egnn_tape *t, egnn_work *work, float *dw) {
  const size_t width = net->width, nodes = n * domain->particles;
  float *inner = work->rows_a, *outer = work->rows_b;
  layers_dense_backward(nodes, width, width, t->node_out, w + at->node_last, work->dh,
                        dw ? dw + at->node_last : NULL, dw ? dw + at->node_last_bias : NULL, inner);
  stack_backward(egnn_stack(net, 2), nodes, w + at->node, t->node_act, t->node, inner,
                 dw ? dw + at->node : NULL, outer, work->dh_next);
  layers_scale(nodes * width, t->node_slope, outer);
  layers_dense_backward(nodes, 2 * width, width, t->node_in, w + at->node_first, outer,
                        dw ? dw + at->node_first : NULL, dw ? dw + at->node_bias : NULL,
                        work->nodes);
  for (size_t i = 0; i < nodes; i++)
    for (size_t k = 0; k < width; k++) work->nodes[i * 2 * width + k] += work->dh[i * width + k];
}

/* ds = dL/ds per pair; dx_next gets what flows to x through x_next and through diff in the move. */
static void move_backward(const hifm_domain *domain, size_t n, const egnn_tape *t,
                          egnn_work *work) {
  const size_t space = domain->space;
  const float share = 1.0f / (float)(domain->particles - 1);
  memcpy(work->dx_next, work->dx, n * domain->d * sizeof *work->dx);
  for (size_t b = 0; b < n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const size_t at = b * t->pairs + p;
      const size_t i = b * domain->d + t->i[p] * space, j = b * domain->d + t->j[p] * space;
      float ds = 0;
      for (size_t k = 0; k < space; k++) {
        const float pull = share * (work->dx[i + k] - (t->ordered ? 0 : work->dx[j + k]));
        ds += pull * t->diff[at * space + k];
        work->dx_next[i + k] += pull * t->s[at];
        work->dx_next[j + k] -= pull * t->s[at];
      }
      work->ds[at] = ds;
    }
}

/* Adds the node MLP's gradient by the messages to dm. */
static void add_message_gradients(const hifm_domain *domain, size_t n, size_t width,
                                  const egnn_tape *t, const float *nodes, float *dm) {
  for (size_t b = 0; b < n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      float *row = dm + (b * t->pairs + p) * width;
      const float *from_i = nodes + (b * domain->particles + t->i[p]) * 2 * width + width;
      const float *from_j = nodes + (b * domain->particles + t->j[p]) * 2 * width + width;
      for (size_t k = 0; k < width; k++) row[k] += from_i[k] + (t->ordered ? 0 : from_j[k]);
    }
}

/* Through f(d2), d2 = |diff|^2, to dx_next; the gradient by f is dpre . its kernel row. */
static void distance_backward(const egnn *net, const hifm_domain *domain, size_t n,
                              const float *by_d2, const egnn_tape *t, const float *dpre,
                              egnn_work *work) {
  const size_t space = domain->space;
  const int width = (int)net->width;
  cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)(n * t->pairs), width, 1.0f, dpre, width, by_d2, 1,
              0.0f, work->ds, 1);
  for (size_t b = 0; b < n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const size_t at = b * t->pairs + p;
      const size_t i = b * domain->d + t->i[p] * space, j = b * domain->d + t->j[p] * space;
      for (size_t k = 0; k < space; k++) {
        const float along = work->ds[at] * egnn_feature_slope(net, t->d2[at]);
        const float pull = 2 * along * t->diff[at * space + k];
        work->dx_next[i + k] += pull;
        work->dx_next[j + k] -= pull;
      }
    }
}

/* Through the edge MLP's first layer: dpre [n P, W] to its weights and to work->dh [rows, W]. */
static void first_edge_backward(const hifm_domain *domain, size_t n, size_t width, const float *w,
                                const egnn_weights *at, const egnn_tape *t, const float *dpre,
                                egnn_work *work, float *dw) {
  const float *kernel = w + at->first;
  const size_t square = width * width;
  memset(work->rows_a, 0, t->rows * width * sizeof *work->rows_a);
  memset(work->rows_b, 0, t->rows * width * sizeof *work->rows_b);
  for (size_t b = 0; b < n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const float *row = dpre + (b * t->pairs + p) * width;
      float *to_i = work->rows_a + egnn_row(t, domain, b, t->i[p]) * width;
      float *to_j = work->rows_b + egnn_row(t, domain, b, t->j[p]) * width;
      for (size_t k = 0; k < width; k++) to_i[k] += row[k];
      for (size_t k = 0; k < width; k++) to_j[k] += row[k];
    }
  if (dw)
    cblas_sgemv(CblasRowMajor, CblasTrans, (int)(n * t->pairs), (int)width, 1.0f, dpre, (int)width,
                t->feature, 1, 1.0f, dw + at->first + 2 * square, 1);
  layers_dense_backward(t->rows, width, width, t->h, kernel, work->rows_a,
                        dw ? dw + at->first : NULL, dw ? dw + at->first_bias : NULL, work->dh);
  layers_dense_backward(t->rows, width, width, t->h, kernel + square, work->rows_b,
                        dw ? dw + at->first + square : NULL, NULL, work->dh_next);
  for (size_t k = 0; k < t->rows * width; k++) work->dh[k] += work->dh_next[k];
}

static void add_residual(const hifm_domain *domain, size_t n, size_t width, const egnn_tape *t,
                         egnn_work *work) {
  for (size_t b = 0; b < n; b++)
    for (size_t i = 0; i < domain->particles; i++) {
      const float *from = work->nodes + (b * domain->particles + i) * 2 * width;
      float *to = work->dh + egnn_row(t, domain, b, i) * width;
      for (size_t k = 0; k < width; k++) to[k] += from[k];
    }
}

void egnn_layer_backward(const egnn *net, const hifm_domain *domain, size_t n, const float *w,
                         const egnn_weights *at, const egnn_tape *t, egnn_work *work, float *dw) {
  const size_t width = net->width, all = n * t->pairs;
  if (t->moves) node_backward(net, domain, n, w, at, t, work, dw);
  move_backward(domain, n, t, work);
  float *dc = work->a, *dm = work->b, *dpre = work->a;
  layers_dense_backward(all, width, 1, t->c, w + at->coord_last, work->ds,
                        dw ? dw + at->coord_last : NULL, NULL, dc);
  stack_backward(egnn_stack(net, 1), all, w + at->coord, t->m, t->coord, dc,
                 dw ? dw + at->coord : NULL, dm, work->c);
  if (t->moves) add_message_gradients(domain, n, width, t, work->nodes, dm);
  stack_backward(egnn_stack(net, 1), all, w + at->edge, t->first_act, t->edge, dm,
                 dw ? dw + at->edge : NULL, dpre, work->c);
  layers_scale(all * width, t->first_slope, dpre);
  distance_backward(net, domain, n, w + at->first + 2 * width * width, t, dpre, work);
  first_edge_backward(domain, n, width, w, at, t, dpre, work, dw);
  if (t->moves) add_residual(domain, n, width, t, work);
  float *swap = work->dx;
  work->dx = work->dx_next;
  work->dx_next = swap;
}
