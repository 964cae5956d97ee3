/* s at the pairs of a batch by series on boxes of (u, z), and its gradient.
 *
 * The MLPs see rows: the nodes of every box that has fewer nodes than pairs, then the pairs of all
 * the others. A series whose last coefficients are too large is not used: its pairs become rows
 * too, and the box will have more nodes, or be halved, in the next batch. So every value is either
 * a converged series' or the network's own. */
#ifndef EGNN_PAIR_SERIES_H
#define EGNN_PAIR_SERIES_H

#include "pair_buckets.h"
#include "pair_mlp.h"

/* What is kept from batch to batch, and in checkpoints: the first bytes of work. */
typedef struct pair_series_state {
  boxes boxes;
  uint64_t calls;        /* training batches */
  uint64_t missed;       /* boxes whose series was not good enough and not used */
  uint64_t rows, direct; /* of the last training batch: rows in all, and pairs among them */
  double watch;          /* largest error seen at watched pairs, relative to the largest |s| */
} pair_series_state;

/* What the backward pass must know of the forward pass. */
typedef struct pair_series_frame {
  boxes boxes;
  size_t first[BOXES_MOST]; /* row of each box's first node */
  bool used[BOXES_MOST];    /* its series gave the values */
  size_t rows, nodes;       /* all rows; the pairs' rows begin at `nodes` */
} pair_series_frame;

typedef struct pair_series {
  pair_series_state *state;
  pair_series_frame *frame;
  pair_buckets sorted;
  box_tables tables;
  float *d2, *z;         /* [rows], at most twice as many as pairs */
  float *s, *ds, *slope; /* [rows]: values, their gradient, their derivatives by d2 */
  float *c;              /* [rows]: coefficients of the boxes, in place of their nodes' values */
  uint32_t *pair;        /* [rows]: of the rows after the nodes */
  float *tapes, *tape;   /* KEPT_TILES tiles that are kept, and one for the rest */
  float *table_memory;
} pair_series;

/* The pairs of a batch. */
typedef struct pair_series_batch {
  size_t n, nz;
  const float *d2, *z; /* [n, pairs], [nz] */
} pair_series_batch;

void pair_series_carve(pair_series *f, workspace *c, const egnn *net, size_t n, size_t pairs);
void pair_series_open(pair_series *f);

/* s [n, pairs], and its derivatives by d2 where slope is not NULL. With one z the values depend on
 * nothing but the arguments; else the state is read and changed. */
void pair_series_forward(pair_series *f, const pair_mlp *fun, const pair_series_batch *batch,
                         float *s, float *slope);

/* After pair_series_forward: the derivatives by d2 alone. */
void pair_series_slopes(pair_series *f, const pair_mlp *fun, float *slope);

/* After pair_series_forward: from ds [n, pairs] to dw. */
void pair_series_backward(pair_series *f, pair_mlp *fun, const float *ds, float *dw);

#endif
