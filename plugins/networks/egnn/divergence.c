/* The exact divergence of several layers, in forward mode: the derivatives of x and h of all
 * particles by all coordinates of the input, layer by layer.
 *
 * E = N (N - 1) edges (i, j). In a layer, with a dot for a derivative, u = ds/da of its pairs
 * (egnn_layer_slopes), p = c q s, and a = h_i kernel_i + h_j kernel_j + f kernel_d + ...:
 *
 *   f.  = 2 f' (x_i - x_j) . (x_i. - x_j.)
 *   p.  = c q (u . kernel_d f. + (kernel_i u) . h_i. + (kernel_j u) . h_j.) + c q' s d2.
 *   x_i. += sum_j p. (x_i - x_j) + p (x_i. - x_j.)
 *   M_i. = sum_j dm/da' (kernel_j' h_j.) + (sum_j dm/da)' (kernel_i' h_i.) + dm/df f.
 *
 * The matrix dm/da [W, W] of an edge serves all derivatives, so activations' slopes are applied
 * once per edge, and a matrix product sums over j. The first layer has no h., the last one no M. */
#include "divergence.h"

#include "lanes.h"
#include "messages.h"

#include "layers/strided_gemm.h"
#include "layers/tiled.h"

#include <string.h>

void divergence_place(workspace *space, const egnn *net, const hifm_domain *domain,
                      divergence_work *out) {
  const size_t particles = domain->particles, width = net->width, d = domain->d;
  const size_t lanes = (d + LAYERS_LANES - 1) / LAYERS_LANES * LAYERS_LANES;
  const size_t pairs = particles * (particles - 1);
  const size_t initial = net->initial_distance ? pairs : 0;
  out->lanes = lanes;
  float **const of_nodes[] = {&out->h, &out->a_i, &out->a_j, &out->message};
  for (size_t k = 0; k < 4; k++) *of_nodes[k] = workspace_floats(space, particles * width * lanes);
  out->x = workspace_floats(space, d * lanes);
  out->x_next = workspace_floats(space, d * lanes);
  out->feature = workspace_floats(space, pairs * lanes);
  out->feature0 = workspace_floats(space, initial * lanes);
  out->push = workspace_floats(space, pairs * lanes);
  float **const of_edges[] = {&out->slope, &out->by_i, &out->by_j, &out->by_feature};
  for (size_t k = 0; k < 4; k++) *of_edges[k] = workspace_floats(space, pairs * width);
  out->by_f = workspace_floats(space, pairs);
  out->by_f0 = workspace_floats(space, initial);
  out->by_feature0 = workspace_floats(space, initial * width);
  out->block = workspace_floats(space, (particles - 1) * width * width);
  out->own = workspace_floats(space, width * width);
  out->scratch = workspace_floats(space, 2 * width * (width > lanes ? width : lanes));
}

/* One point in layer l. */
typedef struct point {
  egnn_call *call;
  divergence_work *work;
  size_t b, l;
  const egnn_tape *t;
  const egnn_layer_weights *at;
  size_t lanes, width, space, particles;
} point;

static point point_of(egnn_call *call, size_t b, size_t l) {
  return (point){.call = call,
                 .work = &call->work.divergence,
                 .b = b,
                 .l = l,
                 .t = &call->work.layer[l],
                 .at = &call->at.layer[l],
                 .lanes = call->work.divergence.lanes,
                 .width = (size_t)call->net->width,
                 .space = call->domain->space,
                 .particles = call->domain->particles};
}

/* An edge and its pair in the tape, whose differences may have the other sign. */
typedef struct edge {
  size_t i, j, index, pair;
  float sign;
} edge;

static edge edge_of(const point *p, size_t i, size_t j) {
  const size_t low = i < j ? i : j, high = i < j ? j : i,
               index = i * (p->particles - 1) + j - (j > i);
  const size_t unordered = low * p->particles - low * (low + 1) / 2 + high - low - 1;
  return (edge){.i = i,
                .j = j,
                .index = index,
                .pair = p->b * p->t->pairs + (p->t->ordered ? index : unordered),
                .sign = p->t->ordered || i < j ? 1 : -1};
}

/* The row of the first edge kernel for the distance. In the first layer that of the input is the
 * same, and its row is added. */
static const float *distance_kernel(const point *p) {
  const float *kernel = p->call->w + p->at->kernel_d, *initial = p->call->w + p->at->kernel_0;
  if (p->t->ordered || !p->call->net->initial_distance) return kernel;
  float *sum = p->work->own; /* the first layer has no other use of it */
  for (size_t k = 0; k < p->width; k++) sum[k] = kernel[k] + initial[k];
  return sum;
}

static bool sees_initial(const point *p) {
  return p->t->ordered && p->call->net->initial_distance;
}

/* f. of the input's distance: the derivative of x0 is the identity. */
static void initial_feature(const point *p, const edge *e, float *out) {
  const float *r = p->call->work.diff0 + e->pair * p->space;
  const float slope = 2 * egnn_feature_slope(p->call->net, p->call->work.d20[e->pair]);
  memset(out, 0, p->lanes * sizeof *out);
  for (size_t c = 0; c < p->space; c++) {
    out[e->i * p->space + c] = slope * r[c];
    out[e->j * p->space + c] = -slope * r[c];
  }
}

/* c q u of all edges, and its products with the rows for the distances. */
static void begin_slopes(const point *p, const float *slopes, const float *kernel) {
  const egnn *net = p->call->net;
  const size_t all = p->particles * (p->particles - 1);
  divergence_work *work = p->work;
  for (size_t i = 0; i < p->particles; i++)
    for (size_t j = 0; j < p->particles; j++) {
      if (i == j) continue;
      const edge e = edge_of(p, i, j);
      const float factor =
          egnn_share(net, p->call->domain) * egnn_normaliser(net, p->t->d2[e.pair]);
      edges_scale(1, p->width, &factor, slopes + e.pair * p->width,
                  work->slope + e.index * p->width);
    }
  edges_dot(all, p->width, work->slope, kernel, work->by_f);
  if (sees_initial(p))
    edges_dot(all, p->width, work->slope, p->call->w + p->at->kernel_0, work->by_f0);
}

/* f. of an edge, and p. as far as it depends on distances. */
static void begin_edge(const point *p, const edge *e) {
  const egnn *net = p->call->net;
  divergence_work *work = p->work;
  const float d2 = p->t->d2[e->pair], share = egnn_share(net, p->call->domain);
  const float slope = egnn_feature_slope(net, d2);
  const float bend = share * egnn_normaliser_slope(net, d2) * p->t->s[e->pair] / slope;
  float *feature = work->feature + e->index * p->lanes, *push = work->push + e->index * p->lanes;
  lanes_along(p->lanes, p->space, 2 * slope * e->sign, p->t->diff + e->pair * p->space,
              work->x + e->i * p->space * p->lanes, work->x + e->j * p->space * p->lanes, feature);
  memset(push, 0, p->lanes * sizeof *push);
  lanes_add(p->lanes, work->by_f[e->index] + bend, feature, push);
  if (!sees_initial(p)) return;
  initial_feature(p, e, work->feature0 + e->index * p->lanes);
  lanes_add(p->lanes, work->by_f0[e->index], work->feature0 + e->index * p->lanes, push);
}

/* What h. adds to p. of all edges. */
static void add_push_by_h(const point *p) {
  const size_t others = p->particles - 1, all = p->particles * others, width = p->width;
  divergence_work *work = p->work;
  const float *w = p->call->w;
  layers_tiled_backward(all, width, width, NULL, w + p->at->kernel_i, NULL, work->slope, NULL, NULL,
                        work->by_i);
  layers_tiled_backward(all, width, width, NULL, w + p->at->kernel_j, NULL, work->slope, NULL, NULL,
                        work->by_j);
  for (size_t i = 0; i < p->particles; i++) {
    const float *h = work->h + i * width * p->lanes;
    const size_t first = i * others, above = i, below = (i + 1) * others + i; /* as j: i - 1 rows */
    lanes_dots(p->lanes, others, width, work->by_i + first * width, width, h,
               work->push + first * p->lanes, p->lanes);
    if (i > 0)
      lanes_dots(p->lanes, i, width, work->by_j + (above - 1) * width, others * width, h,
                 work->push + (above - 1) * p->lanes, others * p->lanes);
    lanes_dots(p->lanes, others - i, width, work->by_j + below * width, others * width, h,
               work->push + below * p->lanes, others * p->lanes);
  }
}

/* x. after the layer; returns the trace of what it has added. */
static double move_x(const point *p) {
  const egnn *net = p->call->net;
  divergence_work *work = p->work;
  double trace = 0;
  memset(work->x_next, 0, p->call->domain->d * p->lanes * sizeof(float));
  for (size_t i = 0; i < p->particles; i++)
    for (size_t j = 0; j < p->particles; j++) {
      if (i == j) continue;
      const edge e = edge_of(p, i, j);
      const float push = egnn_share(net, p->call->domain) * p->t->s[e.pair] *
                         egnn_normaliser(net, p->t->d2[e.pair]);
      lanes_move(p->lanes, p->space, e.sign, p->t->diff + e.pair * p->space,
                 work->push + e.index * p->lanes, push, work->x + i * p->space * p->lanes,
                 work->x + j * p->space * p->lanes, work->x_next + i * p->space * p->lanes);
    }
  for (size_t k = 0; k < p->call->domain->d; k++) trace += (double)work->x_next[k * p->lanes + k];
  lanes_add(p->call->domain->d * p->lanes, 1, work->x, work->x_next);
  float *swap = work->x;
  work->x = work->x_next;
  work->x_next = swap;
  return trace;
}

/* kernel_i' h. and kernel_j' h. of all particles. */
static void enter_edges(const point *p) {
  const size_t size = p->width * p->lanes;
  divergence_work *work = p->work;
  memset(work->a_i, 0, p->particles * size * sizeof(float));
  memset(work->a_j, 0, p->particles * size * sizeof(float));
  for (size_t i = 0; i < p->particles * size; i += size) {
    lanes_product(p->lanes, p->width, p->width, p->call->w + p->at->kernel_i, work->h + i,
                  work->a_i + i);
    lanes_product(p->lanes, p->width, p->width, p->call->w + p->at->kernel_j, work->h + i,
                  work->a_j + i);
  }
}

/* dm/da of the edges of particle i, their sum, and dm/df. */
static void fill_blocks(const point *p, size_t i, const float *kernel) {
  const size_t size = p->width * p->width;
  divergence_work *work = p->work;
  if (p->t->ordered) memset(work->own, 0, size * sizeof(float));
  for (size_t j = 0; j < p->particles; j++) {
    if (i == j) continue;
    const edge e = edge_of(p, i, j);
    float *block = work->block + (j - (j > i)) * size;
    messages_by_inner(p->call, p->l, e.pair, block, work->scratch);
    messages_combine(p->width, kernel, block, work->by_feature + e.index * p->width);
    if (p->t->ordered) messages_add(p->width, block, work->own);
    if (sees_initial(p))
      messages_combine(p->width, p->call->w + p->at->kernel_0, block,
                       work->by_feature0 + e.index * p->width);
  }
}

/* M. of particle i. */
static void gather_messages(const point *p, size_t i, const float *kernel) {
  const size_t others = p->particles - 1, first = i * others, size = p->width * p->lanes;
  divergence_work *work = p->work;
  float *message = work->message + i * size;
  fill_blocks(p, i, kernel);
  memset(message, 0, size * sizeof *message);
  lanes_product(p->lanes, others, p->width, work->by_feature + first * p->width,
                work->feature + first * p->lanes, message);
  if (sees_initial(p))
    lanes_product(p->lanes, others, p->width, work->by_feature0 + first * p->width,
                  work->feature0 + first * p->lanes, message);
  if (!p->t->ordered) return;
  lanes_products(p->lanes, i, p->width, p->width, work->block, work->a_j, message);
  lanes_products(p->lanes, others - i, p->width, p->width, work->block + i * p->width * p->width,
                 work->a_j + (i + 1) * size, message);
  lanes_product(p->lanes, p->width, p->width, work->own, work->a_i + i * size, message);
}

/* h_i. += the node MLP's, from h_i. and M_i. */
static void move_h(const point *p, size_t i) {
  const stack_shape stack = egnn_tiled_stack(p->call->net, 2);
  const size_t width = p->width, size = width * p->lanes, row = (p->b * p->particles + i) * width;
  const size_t nodes = p->call->n * p->particles;
  const float *w = p->call->w, *inner = w + p->at->node;
  float *x = p->work->scratch, *y = x + size, *h = p->work->h + i * size;
  memset(x, 0, size * sizeof *x);
  if (p->t->ordered) lanes_product(p->lanes, width, width, w + p->at->node_first, h, x);
  lanes_product(p->lanes, width, width, w + p->at->node_first + width * width,
                p->work->message + i * size, x);
  lanes_scale(p->lanes, width, p->t->node_slope + row, x);
  for (size_t k = 0; k < stack.depth; k++, inner += width * width + width) {
    memset(y, 0, size * sizeof *y);
    lanes_product(p->lanes, width, width, inner, x, y);
    lanes_scale(p->lanes, width, stack_slopes(stack, nodes, p->t->node, k) + row, y);
    float *swap = x;
    x = y;
    y = swap;
  }
  lanes_product(p->lanes, width, width, w + p->at->node_last, x, h);
}

/* Returns the trace of what the layer adds to x. */
static double through_layer(const point *p) {
  const float *kernel = distance_kernel(p);
  begin_slopes(p, p->t->coord, kernel); /* where divergence_of_layers has put them */
  for (size_t i = 0; i < p->particles; i++)
    for (size_t j = 0; j < p->particles; j++) {
      const edge e = edge_of(p, i, j);
      if (i != j) begin_edge(p, &e);
    }
  if (p->t->ordered) add_push_by_h(p);
  if (p->t->moves) {
    if (p->t->ordered) enter_edges(p);
    for (size_t i = 0; i < p->particles; i++) gather_messages(p, i, kernel);
    for (size_t i = 0; i < p->particles; i++) move_h(p, i);
  }
  return move_x(p);
}

static float point_divergence(egnn_call *call, size_t b) {
  const size_t d = call->domain->d;
  divergence_work *work = &call->work.divergence;
  double trace = 0;
  memset(work->h, 0, call->domain->particles * call->net->width * work->lanes * sizeof(float));
  memset(work->x, 0, d * work->lanes * sizeof(float));
  for (size_t k = 0; k < d; k++) work->x[k * work->lanes + k] = 1;
  for (size_t l = 0; l < call->net->layers; l++) {
    const point p = point_of(call, b, l);
    trace += through_layer(&p);
  }
  return (float)trace;
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
