/* s at the pairs of a batch by series on boxes of (u, z), and its gradient.
 *
 * The MLP is evaluated at rows: the nodes of every box that has fewer nodes than pairs, then the
 * pairs of all other boxes. A series whose last coefficients are too large is not used: its pairs
 * become rows, too, and the box gets more nodes, or is halved, for the next batch. So every value
 * is that of a converged series or of the MLP itself. */
#ifndef EGNN_PAIR_SERIES_H
#define EGNN_PAIR_SERIES_H

#include "pair_buckets.h"
#include "pair_mlp.h"

/* What stays from batch to batch and goes into checkpoints: the first bytes of work. */
typedef struct pair_series_state {
  boxes boxes;
  uint64_t calls;        /* training batches */
  uint64_t missed;       /* series that had not converged and were not used */
  uint64_t rows, direct; /* of the last training batch: all rows, and the pairs among them */
  double error;          /* largest error of all spot checks, relative to the largest |s| */
} pair_series_state;

/* What the backward pass has to know of the forward pass. */
typedef struct pair_series_frame {
  boxes boxes;
  size_t first[BOXES_MOST]; /* row of each box's first node */
  bool used[BOXES_MOST];    /* its series gave the values */
  size_t rows, nodes;       /* all rows; the pairs' rows begin at `nodes` */
} pair_series_frame;

typedef struct pair_series {
  pair_series_state *state;
  pair_series_frame *frame;
  pair_buckets buckets;
  box_tables tables;
  float *d2, *z;         /* [rows], at most twice as many as pairs */
  float *s, *ds, *slope; /* [rows]: values, the loss's gradient by them, their derivatives by d2 */
  float *c;              /* [rows]: at a box's nodes, its coefficients */
  uint32_t *pair;        /* [rows]: the pair of a row after the nodes */
  float *tapes, *tape;   /* of the first KEPT_TILES tiles; of one further tile at a time */
  float *table_memory;
} pair_series;

/* The pairs of a batch. */
typedef struct pair_series_batch {
  size_t n, nz;
  const float *d2, *z; /* [n, pairs], [nz] */
} pair_series_batch;

/* The places of all arrays, for n points of `pairs` pairs each; the state comes first. */
void pair_series_place(pair_series *f, workspace *space, const egnn *net, size_t n, size_t pairs);
void pair_series_open(pair_series *f);

/* s [n, pairs], and its derivatives by d2 unless slope is NULL. With one z the values depend on the
 * arguments alone; with many the state is read and changed. */
void pair_series_forward(pair_series *f, const pair_mlp *mlp, const pair_series_batch *batch,
                         float *s, float *slope);

/* After pair_series_forward: the derivatives by d2 alone. */
void pair_series_slopes(pair_series *f, const pair_mlp *mlp, float *slope);

/* After pair_series_forward: from ds [n, pairs] to dw. */
void pair_series_backward(pair_series *f, pair_mlp *mlp, const float *ds, float *dw);

#endif
