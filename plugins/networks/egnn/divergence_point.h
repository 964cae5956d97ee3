/* What the files of the divergence share. */
#ifndef EGNN_DIVERGENCE_POINT_H
#define EGNN_DIVERGENCE_POINT_H

#include "layer.h"

/* One point in layer l. */
typedef struct point {
  egnn_call *call;
  divergence_work *work;
  size_t b, l;
  const egnn_tape *t;
  const egnn_layer_weights *at;
  size_t lanes, width, space, particles, others, d;
  const float *u;     /* [pairs, W]: ds/da */
  const float *along; /* [E, D]: the directions in which h is followed; NULL: all coordinates */
  size_t count;       /* their number for one particle */
} point;

/* An edge and its pair of the point, whose differences may have the other sign; `at` counts the
 * pairs of all points. */
typedef struct edge {
  size_t i, j, index, pair, at;
  float sign;
} edge;

static inline edge edge_of(const point *p, size_t i, size_t j) {
  const size_t low = i < j ? i : j, high = i < j ? j : i, index = i * p->others + j - (j > i);
  const size_t unordered = low * p->particles - low * (low + 1) / 2 + high - low - 1;
  const size_t pair = p->t->ordered ? index : unordered;
  return (edge){.i = i,
                .j = j,
                .index = index,
                .pair = pair,
                .at = p->b * p->t->pairs + pair,
                .sign = p->t->ordered || i < j ? 1 : -1};
}

/* Whether the edge MLP sees the distance of the input apart from that of x. */
static inline bool sees_initial(const point *p) {
  return p->t->ordered && p->call->net->initial_distance;
}

/* divergence_features.c: derivatives of h.
 *
 * features_begin: after the first layer, from the lanes of its distances.
 * features_enter: a_i and a_j of a later layer.
 * features_pass: through the messages and the node MLP of a later layer.
 * features_direct: h in the directions of the point, where no layer is between. */
void features_begin(const point *p, const float *kernel);
void features_enter(const point *p);
void features_pass(const point *p, const float *kernel);
void features_direct(const point *p);

/* divergence_last.c: the last layer.
 *
 * last_weights: work.weight, from by_f of this layer; returns what the distances of the input add.
 * last_moves: what h adds to the moves of the layer before, by a_i and a_j, as far as it reaches
 * the trace of both layers.
 * last_features: what h adds to the trace, from work.h in the directions of the point. */
double last_weights(const point *p);
double last_moves(const point *p);
double last_features(const point *p);

#endif
