/* The last layer, and what the one before it needs of the derivatives: only those of particle i by
 * its own coordinates are in the trace. */
#include "divergence_point.h"
#include "tangents.h"

#include "layers/tiled.h"

#include <string.h>

/* work.weight += A and -A for one edge, A = 2 p' r r' + p. */
static double add_weights(const point *p, const edge *e) {
  const egnn *net = p->call->net;
  divergence_work *work = p->work;
  const float *r = p->t->diff + e->at * p->space;
  const float d2 = p->t->d2[e->at], push = work->factor[e->index] * p->t->s[e->at];
  const float slope =
      work->by_f[e->index] * egnn_feature_slope(net, d2) +
      egnn_share(net, p->call->domain) * egnn_normaliser_slope(net, d2) * p->t->s[e->at];
  for (size_t c = 0; c < p->space; c++)
    for (size_t k = 0; k < p->space; k++) {
      const float a = 2 * slope * r[c] * r[k] + (c == k ? push : 0);
      work->weight[(e->i * p->space + k) * p->lanes + e->i * p->space + c] += a;
      work->weight[(e->j * p->space + k) * p->lanes + e->i * p->space + c] -= a;
    }
  if (!sees_initial(p)) return 0;
  const float *r0 = p->call->work.diff0 + e->at * p->space;
  double along = 0;
  for (size_t c = 0; c < p->space; c++) along += (double)(r[c] * r0[c]);
  return 2 * (double)(work->by_f0[e->index] * egnn_feature_slope(net, p->call->work.d20[e->at])) *
         along;
}

double last_weights(const point *p) {
  double sum = 0;
  memset(p->work->weight, 0, p->d * p->lanes * sizeof(float));
  for (size_t i = 0; i < p->particles; i++)
    for (size_t j = 0; j < p->particles; j++) {
      const edge e = edge_of(p, i, j);
      if (i != j) sum += add_weights(p, &e);
    }
  return sum;
}

/* sum over edges first, first + step, ... of c q u . row */
static double push_sum(const point *p, size_t count, size_t first, size_t step, const float *rows) {
  const size_t width = p->width;
  float *out = p->work->dots;
  double sum = 0;
  tangents_dot(count, width, p->u + first * width, step * width, rows, width, out);
  for (size_t k = 0; k < count; k++) sum += (double)(p->work->factor[first + k * step] * out[k]);
  return sum;
}

/* The same for edges (i, j) of particle i with all j, and of all i with particle j. */
static double push_of(const point *p, size_t i, const float *rows) {
  return push_sum(p, p->others, i * p->others, 1, rows);
}

static double push_by(const point *p, size_t j, const float *rows) {
  const size_t below = (j + 1) * p->others + j;
  double sum = 0;
  if (j > 0) sum += push_sum(p, j, j - 1, p->others, rows);
  if (j < p->others) sum += push_sum(p, p->others - j, below, p->others, rows + j * p->width);
  return sum;
}

/* work.moves [N - 1, d]: for the edges (i, j) of particle i, the sum over c of r_c and what the
 * trace has of x_i. in coordinate c: the weights, and one for its own coordinate. */
static void moves_of(const point *p, size_t i) {
  const size_t d = p->d, space = p->space;
  const float *r = p->t->diff + (p->b * p->t->pairs + i * p->others) * space;
  float *moves = p->work->moves;
  tangents_combine(p->others, space, d, r, p->work->weight + i * space * p->lanes, 0, p->lanes,
                   moves);
  for (size_t k = 0; k < p->others * space; k++)
    moves[k / space * d + i * space + k % space] += r[k];
}

/* The same for the edges (i, j) with particle j, with the other sign. */
static void moves_by(const point *p, size_t j) {
  const size_t d = p->d, space = p->space, step = space * p->lanes;
  const float *r = p->t->diff + (p->b * p->t->pairs + j * p->others) * space;
  float *moves = p->work->moves;
  tangents_combine(j, space, d, r, p->work->weight, step, p->lanes, moves);
  tangents_combine(p->others - j, space, d, r + j * space, p->work->weight + (j + 1) * step, step,
                   p->lanes, moves + j * d);
  for (size_t k = 0; k < p->others; k++)
    for (size_t c = 0; c < space; c++)
      moves[k * d + (k + (k >= j)) * space + c] += r[k * space + c];
}

double last_moves(const point *p) {
  const size_t size = p->d * p->width;
  divergence_work *work = p->work;
  double trace = 0;
  for (size_t i = 0; i < p->particles; i++) {
    moves_of(p, i);
    layers_tiled(p->others, p->d, p->width, work->moves, work->a_i + i * size, NULL, work->rows);
    trace += push_of(p, i, work->rows);
    moves_by(p, i);
    layers_tiled(p->others, p->d, p->width, work->moves, work->a_j + i * size, NULL, work->rows);
    trace -= push_by(p, i, work->rows);
  }
  return trace;
}

/* The directions of particle j are x_j - x_i, for each other particle i, then its coordinates. */
double last_features(const point *p) {
  const size_t others = p->others, width = p->width;
  divergence_work *work = p->work;
  double trace = 0;
  for (size_t j = 0; j < p->particles; j++) {
    const float *h = work->h + j * p->count * width, *own = h + others * width;
    const float *r = p->along + j * others * p->space;
    layers_tiled(others, width, width, h, p->call->w + p->at->kernel_j, NULL, work->rows);
    trace -= push_by(p, j, work->rows);
    layers_tiled(p->space, width, width, own, p->call->w + p->at->kernel_i, NULL, work->rows);
    tangents_combine(others, p->space, width, r, work->rows, 0, width, work->rows_next);
    trace += push_of(p, j, work->rows_next);
  }
  return trace;
}
