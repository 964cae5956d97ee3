/* Derivatives of h. All are rows [W]; a product with weights serves many rows. */
#include "divergence_point.h"
#include "gate.h"
#include "lanes.h"
#include "tangents.h"

#include "layers/tiled.h"

#include <string.h>

static void swap(float **a, float **b) {
  float *kept = *a;
  *a = *b;
  *b = kept;
}

/* work.rows [groups, count, W] through a stack; the slopes of its tape begin at row `first` of
 * `all`, one for each group. */
static void through_stack(const point *p, stack_shape stack, const float *w, const float *tape,
                          size_t all, size_t first, size_t groups, size_t count) {
  const size_t width = p->width;
  divergence_work *work = p->work;
  for (size_t k = 0; k < stack.depth; k++, w += width * width + width) {
    layers_tiled(groups * count, width, width, work->rows, w, NULL, work->rows_next);
    swap(&work->rows, &work->rows_next);
    tangents_scale(groups, count, width, stack_slopes(stack, all, tape, k) + first * width,
                   work->rows);
  }
}

static void through_edge_mlp(const point *p, size_t first, size_t groups, size_t count) {
  through_stack(p, egnn_tiled_stack(p->call->net, 1), p->call->w + p->at->edge, p->t->edge,
                p->call->n * p->t->pairs, first, groups, count);
}

/* The node MLP after its first layer, for rows [N, count, W]. */
static void through_node_mlp(const point *p, size_t count) {
  const size_t particles = p->particles, width = p->width;
  divergence_work *work = p->work;
  through_stack(p, egnn_tiled_stack(p->call->net, 2), p->call->w + p->at->node, p->t->node,
                p->call->n * particles, p->b * particles, particles, count);
  layers_tiled(particles * count, width, width, work->rows, p->call->w + p->at->node_last, NULL,
               work->rows_next);
  swap(&work->rows, &work->rows_next);
}

/* work.rows [pairs, W] = dm/df of the first layer's pairs. */
static void first_messages(const point *p, const float *kernel) {
  const size_t width = p->width, pairs = p->t->pairs, first = p->b * pairs;
  divergence_work *work = p->work;
  for (size_t k = 0; k < pairs; k++) memcpy(work->rows + k * width, kernel, width * sizeof *kernel);
  tangents_scale(pairs, 1, width, p->t->first_slope + first * width, work->rows);
  through_edge_mlp(p, first, pairs, 1);
  if (p->call->net->attention)
    gate_tangent(pairs, width, p->call->w + p->at->gate, p->t->e + first * width,
                 p->t->gate + first, work->rows, work->dots);
}

/* From [N, N - 1, W], the tangents by distances, to [N, d, W]. */
static void expand(const point *p, const float *by_distance, float *out) {
  for (size_t i = 0; i < p->particles; i++)
    tangents_expand(p->particles, p->space, p->width, i,
                    p->work->feature + i * p->others * p->lanes, p->lanes,
                    by_distance + i * p->others * p->width, out + i * p->d * p->width);
}

void features_begin(const point *p, const float *kernel) {
  const size_t width = p->width, row = p->b * p->particles * width;
  const float *from_messages = p->call->w + p->at->node_first + width * width;
  divergence_work *work = p->work;
  first_messages(p, kernel);
  layers_tiled(p->t->pairs, width, width, work->rows, from_messages, NULL, work->rows_next);
  for (size_t i = 0; i < p->particles; i++)
    for (size_t j = 0; j < p->particles; j++) {
      if (i == j) continue;
      const edge e = edge_of(p, i, j);
      memcpy(work->rows + e.index * width, work->rows_next + e.pair * width, width * sizeof(float));
    }
  tangents_scale(p->particles, p->others, width, p->t->node_slope + row, work->rows);
  through_node_mlp(p, p->others);
  expand(p, work->rows, work->h);
}

/* After the first layer its tangents by distances are still in work.rows, and the lanes of its
 * distances in work.feature. */
void features_enter(const point *p) {
  const size_t width = p->width, pairs = p->particles * p->others;
  const float *kernel_i = p->call->w + p->at->kernel_i, *kernel_j = p->call->w + p->at->kernel_j;
  divergence_work *work = p->work;
  if (p->l > 1) {
    layers_tiled(p->particles * p->d, width, width, work->h, kernel_i, NULL, work->a_i);
    layers_tiled(p->particles * p->d, width, width, work->h, kernel_j, NULL, work->a_j);
    return;
  }
  layers_tiled(pairs, width, width, work->rows, kernel_i, NULL, work->rows_next);
  expand(p, work->rows_next, work->a_i);
  layers_tiled(pairs, width, width, work->rows, kernel_j, NULL, work->rows_next);
  expand(p, work->rows_next, work->a_j);
}

/* From derivatives by all coordinates, in [N, D, width], to those of particle j in the directions
 * of the point, out [count, width]. */
static void follow(const point *p, size_t j, size_t width, const float *in, float *out) {
  const size_t line = width, step = p->space * width, others = p->others;
  if (!p->along) {
    memcpy(out, in, p->d * width * sizeof *out);
    return;
  }
  const float *r = p->along + j * others * p->space;
  tangents_combine(j, p->space, width, r, in, step, line, out);
  tangents_combine(others - j, p->space, width, r + j * p->space, in + (j + 1) * step, step, line,
                   out + j * width);
  memcpy(out + others * width, in + j * step, step * sizeof *out);
}

/* Tangents of the first edge layer's activations, for one edge. */
static void enter_edge(const point *p, const edge *e, const float *kernel, float *rows) {
  const size_t width = p->width;
  divergence_work *work = p->work;
  follow(p, e->i, width, work->a_j + e->j * p->d * width, rows);
  if (sees_initial(p)) {
    follow(p, e->i, 1, work->feature0 + e->index * p->lanes, work->f);
    edges_add_outer(p->count, width, work->f, p->call->w + p->at->kernel_0, rows);
  }
  follow(p, e->i, 1, work->feature + e->index * p->lanes, work->f);
  tangents_enter(p->count, width, work->own, work->f, kernel, p->t->first_slope + e->at * width,
                 rows);
}

/* work.message of particle i. */
static void sum_messages(const point *p, size_t i, const float *kernel) {
  const size_t width = p->width, others = p->others, count = p->count;
  const size_t first = p->b * p->t->pairs + i * others;
  const float *gate = p->call->net->attention ? p->t->gate + first : NULL;
  divergence_work *work = p->work;
  follow(p, i, width, work->a_i + i * p->d * width, work->own);
  for (size_t j = 0; j < p->particles; j++) {
    const edge e = edge_of(p, i, j);
    if (i != j) enter_edge(p, &e, kernel, work->rows + (j - (j > i)) * count * width);
  }
  through_edge_mlp(p, first, others, count);
  if (gate) {
    edges_dot(others * count, width, work->rows, p->call->w + p->at->gate, work->dots);
    for (size_t k = 0; k < others * count; k++)
      work->dots[k] *= gate[k / count] * (1 - gate[k / count]);
  }
  tangents_sum(others, count, width, work->rows, gate, work->dots, p->t->e + first * width,
               work->message + i * count * width);
}

void features_direct(const point *p) {
  for (size_t j = 0; j < p->particles; j++)
    follow(p, j, p->width, p->work->h + j * p->d * p->width,
           p->work->h_next + j * p->count * p->width);
  swap(&p->work->h, &p->work->h_next);
}

void features_pass(const point *p, const float *kernel) {
  const size_t width = p->width, size = p->count * width, rows = p->particles * p->count;
  const float *w = p->call->w + p->at->node_first;
  divergence_work *work = p->work;
  for (size_t i = 0; i < p->particles; i++) sum_messages(p, i, kernel);
  features_direct(p);
  layers_tiled(rows, width, width, work->message, w + width * width, NULL, work->rows);
  layers_tiled(rows, width, width, work->h, w, NULL, work->rows_next);
  for (size_t i = 0; i < p->particles; i++)
    tangents_enter(p->count, width, work->rows_next + i * size, NULL, NULL,
                   p->t->node_slope + (p->b * p->particles + i) * width, work->rows + i * size);
  through_node_mlp(p, p->count);
  lanes_add(rows * width, 1, work->rows, work->h);
}
