/* The exact divergence of several layers: the derivatives of x and h of all particles by all
 * coordinates of the input, layer by layer. E = N (N - 1) edges (i, j). In a layer, with a dot for
 * a derivative, r = x_i - x_j, u = ds/da of its pairs (egnn_layer_slopes), p = c q s, and
 * a = a_i + a_j + f kernel_d + ..., a_i = h_i kernel_i, a_j = h_j kernel_j:
 *
 *   f.   = 2 f' r . (x_i. - x_j.)
 *   p.   = c q (u . kernel_d f. + u . (a_i. + a_j.)) + c q' s d2.
 *   x_i. += sum_j p. r + p (x_i. - x_j.)
 *   M_i. = sum_j m'(a.)
 *   h_i. += phi_h'(h_i., M_i.)
 *
 * Most of this is not necessary, as only the trace is wanted. With D_k the derivatives by the D
 * coordinates of particle k:
 *
 * First layer: h_i depends on f alone. For k != i, D_k h_i = w_ik D_k f_ik: one row w_ik for each
 * pair goes through messages and node MLP, not D; D_i h_i = sum over k of w_ik D_i f_ik.
 *
 * Last layer: of edge (i, j) the trace has only D_i p r and p (D_i x_i - D_i x_j). So of h_j only
 * r . D_i h_j is needed for j != i, and D_i h_i: N - 1 + D directions for each particle, not N D.
 * The layer before follows only these (features_pass).
 *
 * The layer before the last: how x. reaches the trace is known before (last_weights). So a_i. and
 * a_j. are not needed in each p., but only in the sum over all coordinates with these weights
 * (last_moves). */
#include "divergence.h"

#include "divergence_point.h"
#include "lanes.h"
#include "tangents.h"

#include <string.h>

/* In which h of a particle is followed. */
static size_t directions(const hifm_domain *domain, bool all) {
  return all ? domain->d : domain->particles - 1 + domain->space;
}

void divergence_place(workspace *space, const egnn *net, const hifm_domain *domain,
                      divergence_work *out) {
  const size_t particles = domain->particles, width = net->width, d = domain->d;
  const size_t lanes = (d + 15) / 16 * 16, pairs = particles * (particles - 1);
  const size_t initial = net->initial_distance ? pairs : 0,
               count = directions(domain, net->layers > 3);
  float **const of_h[] = {&out->h, &out->h_next, &out->a_i, &out->a_j};
  for (size_t k = 0; k < 4; k++) *of_h[k] = workspace_floats(space, particles * d * width);
  float **const of_rows[] = {&out->message, &out->rows, &out->rows_next};
  for (size_t k = 0; k < 3; k++) *of_rows[k] = workspace_floats(space, particles * count * width);
  float **const of_x[] = {&out->x, &out->x_next, &out->weight};
  for (size_t k = 0; k < 3; k++) *of_x[k] = workspace_floats(space, d * lanes);
  out->lanes = lanes;
  out->own = workspace_floats(space, count * width);
  out->feature = workspace_floats(space, pairs * lanes);
  out->feature0 = workspace_floats(space, initial * lanes);
  out->push = workspace_floats(space, pairs * lanes);
  out->factor = workspace_floats(space, pairs);
  out->by_f = workspace_floats(space, pairs);
  out->by_f0 = workspace_floats(space, initial);
  out->kernel = workspace_floats(space, width);
  out->dots = workspace_floats(space, particles * count);
  out->f = workspace_floats(space, count);
  out->moves = workspace_floats(space, particles * d);
}

/* The layer before the last follows h in the directions of the last layer's differences. */
static point point_of(egnn_call *call, size_t b, size_t l) {
  const hifm_domain *domain = call->domain;
  const egnn_tape *t = &call->work.layer[l], *last = &call->work.layer[call->net->layers - 1];
  const bool all = l + 2 < call->net->layers;
  return (point){.call = call,
                 .work = &call->work.divergence,
                 .b = b,
                 .l = l,
                 .t = t,
                 .at = &call->at.layer[l],
                 .lanes = call->work.divergence.lanes,
                 .width = (size_t)call->net->width,
                 .space = domain->space,
                 .particles = domain->particles,
                 .others = domain->particles - 1,
                 .d = domain->d,
                 .u = t->coord + b * t->pairs * call->net->width,
                 .along = all ? NULL : last->diff + b * last->pairs * domain->space,
                 .count = directions(domain, all)};
}

/* The row of the first edge kernel for the distance. In the first layer that of the input is the
 * same, and its row is added. */
static const float *distance_kernel(const point *p) {
  const float *kernel = p->call->w + p->at->kernel_d, *initial = p->call->w + p->at->kernel_0;
  if (p->t->ordered || !p->call->net->initial_distance) return kernel;
  for (size_t k = 0; k < p->width; k++) p->work->kernel[k] = kernel[k] + initial[k];
  return p->work->kernel;
}

/* f. of the input's distance: the derivative of x0 is the identity. */
static void initial_feature(const point *p, const edge *e, float *out) {
  const float *r = p->call->work.diff0 + e->at * p->space;
  const float slope = 2 * egnn_feature_slope(p->call->net, p->call->work.d20[e->at]);
  memset(out, 0, p->lanes * sizeof *out);
  for (size_t c = 0; c < p->space; c++) {
    out[e->i * p->space + c] = slope * r[c];
    out[e->j * p->space + c] = -slope * r[c];
  }
}

/* c q of all edges, and the derivatives of c q s by the distances that the edge MLP sees. */
static void begin_edges(const point *p, const float *kernel) {
  const egnn *net = p->call->net;
  divergence_work *work = p->work;
  float *by_pair = work->dots, *by_pair0 = work->moves;
  edges_dot(p->t->pairs, p->width, p->u, kernel, by_pair);
  if (sees_initial(p))
    edges_dot(p->t->pairs, p->width, p->u, p->call->w + p->at->kernel_0, by_pair0);
  for (size_t i = 0; i < p->particles; i++)
    for (size_t j = 0; j < p->particles; j++) {
      if (i == j) continue;
      const edge e = edge_of(p, i, j);
      const float factor = egnn_share(net, p->call->domain) * egnn_normaliser(net, p->t->d2[e.at]);
      work->factor[e.index] = factor;
      work->by_f[e.index] = factor * by_pair[e.pair];
      if (sees_initial(p)) work->by_f0[e.index] = factor * by_pair0[e.pair];
    }
}

/* f. of an edge, and p. as far as it depends on distances. */
static void follow_distance(const point *p, const edge *e) {
  const egnn *net = p->call->net;
  divergence_work *work = p->work;
  const float d2 = p->t->d2[e->at], share = egnn_share(net, p->call->domain);
  const float slope = egnn_feature_slope(net, d2);
  const float bend = share * egnn_normaliser_slope(net, d2) * p->t->s[e->at] / slope;
  float *feature = work->feature + e->index * p->lanes, *push = work->push + e->index * p->lanes;
  lanes_along(p->lanes, p->space, 2 * slope * e->sign, p->t->diff + e->at * p->space,
              work->x + e->i * p->space * p->lanes, work->x + e->j * p->space * p->lanes, feature);
  memset(push, 0, p->lanes * sizeof *push);
  lanes_add(p->lanes, work->by_f[e->index] + bend, feature, push);
  if (!sees_initial(p)) return;
  initial_feature(p, e, work->feature0 + e->index * p->lanes);
  lanes_add(p->lanes, work->by_f0[e->index], work->feature0 + e->index * p->lanes, push);
}

static void follow_distances(const point *p) {
  for (size_t i = 0; i < p->particles; i++)
    for (size_t j = 0; j < p->particles; j++) {
      const edge e = edge_of(p, i, j);
      if (i != j) follow_distance(p, &e);
    }
}

/* What h. adds to p. of all edges. */
static void add_push_by_h(const point *p) {
  const size_t size = p->d * p->width;
  divergence_work *work = p->work;
  for (size_t i = 0; i < p->particles; i++)
    for (size_t j = 0; j < p->particles; j++) {
      if (i == j) continue;
      const edge e = edge_of(p, i, j);
      const float *u = p->u + e.pair * p->width;
      float *push = work->push + e.index * p->lanes;
      edges_dot(p->d, p->width, work->a_i + i * size, u, work->moves);
      lanes_add(p->d, work->factor[e.index], work->moves, push);
      edges_dot(p->d, p->width, work->a_j + j * size, u, work->moves);
      lanes_add(p->d, work->factor[e.index], work->moves, push);
    }
}

/* x. after the layer; returns the trace of what it has added. */
static double move_x(const point *p) {
  divergence_work *work = p->work;
  double trace = 0;
  memset(work->x_next, 0, p->d * p->lanes * sizeof(float));
  for (size_t i = 0; i < p->particles; i++)
    for (size_t j = 0; j < p->particles; j++) {
      if (i == j) continue;
      const edge e = edge_of(p, i, j);
      lanes_move(p->lanes, p->space, e.sign, p->t->diff + e.at * p->space,
                 work->push + e.index * p->lanes, work->factor[e.index] * p->t->s[e.at],
                 work->x + i * p->space * p->lanes, work->x + j * p->space * p->lanes,
                 work->x_next + i * p->space * p->lanes);
    }
  for (size_t k = 0; k < p->d; k++) trace += (double)work->x_next[k * p->lanes + k];
  lanes_add(p->d * p->lanes, 1, work->x, work->x_next);
  float *kept = work->x;
  work->x = work->x_next;
  work->x_next = kept;
  return trace;
}

/* A layer before the last; returns the trace of what it adds to x, and for the layer before the
 * last what its moves by h add to the last layer's trace, too. */
static double through_layer(const point *p) {
  const float *kernel = distance_kernel(p);
  double trace = 0;
  if (p->l > 0) features_enter(p);
  begin_edges(p, kernel);
  follow_distances(p);
  if (p->l > 0 && p->along) trace += last_moves(p);
  if (p->l > 0 && !p->along) add_push_by_h(p);
  if (p->l > 0)
    features_pass(p, kernel);
  else
    features_begin(p, kernel);
  return trace + move_x(p);
}

static double weighted_x(const point *p) {
  const divergence_work *work = p->work;
  double sum = 0;
  tangents_dot(p->d, p->lanes, work->weight, p->lanes, work->x, p->lanes, work->moves);
  for (size_t k = 0; k < p->d; k++) sum += (double)work->moves[k];
  return sum;
}

static float point_divergence(egnn_call *call, size_t b) {
  const size_t layers = call->net->layers, d = call->domain->d;
  const point last = point_of(call, b, layers - 1);
  const float *kernel = call->w + last.at->kernel_d;
  divergence_work *work = last.work;
  memset(work->x, 0, d * last.lanes * sizeof(float));
  for (size_t k = 0; k < d; k++) work->x[k * last.lanes + k] = 1;
  begin_edges(&last, kernel);
  double trace = last_weights(&last);
  for (size_t l = 0; l + 1 < layers; l++) {
    const point p = point_of(call, b, l);
    trace += through_layer(&p);
  }
  if (layers == 2) features_direct(&last);
  begin_edges(&last, kernel); /* the layers before have used its place */
  return (float)(trace + last_features(&last) + weighted_x(&last));
}

/* u takes the place of the coord MLP's tape, which is not needed any more. */
void divergence_of_layers(egnn_call *call, float *divergence) {
  for (size_t l = 0; l < call->net->layers; l++) {
    const egnn_tape *t = &call->work.layer[l];
    const float *slopes = egnn_layer_slopes(call, l);
    memcpy(t->coord, slopes, call->n * t->pairs * call->net->width * sizeof *slopes);
  }
  for (size_t b = 0; b < call->n; b++) divergence[b] = point_divergence(call, b);
}
