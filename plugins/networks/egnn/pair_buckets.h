/* The pairs of a batch, sorted by the box they lie in, and sums of the boxes' series over them.
 *
 * Inside a box the pairs of one z are a segment: they share the series contracted in z. A segment
 * fills whole blocks of CHEBYSHEV_LANES slots; the slots that are left over belong to no pair. */
#ifndef EGNN_PAIR_BUCKETS_H
#define EGNN_PAIR_BUCKETS_H

#include "box_series.h"
#include "layers/chebyshev.h"
#include "layers/workspace.h"

typedef struct segment {
  float z;
  uint32_t slot, blocks;
} segment;

/* One box's part of the batch. */
typedef struct bucket {
  box_extent at;            /* of its pairs */
  double weight;            /* sum of d2 */
  size_t pairs, segments;   /* counts */
  size_t first, first_slot; /* of its segments; of its slots */
} bucket;

typedef struct pair_buckets {
  bucket *box;           /* [BOXES_MOST] */
  unsigned char *index;  /* box of each cell */
  unsigned char *member; /* box of each pair, BOXES_NONE: outside of all */
  float *u;              /* of each pair */
  segment *segment;
  uint32_t *pair; /* of each slot, UINT32_MAX: nobody's */
  float *t;       /* of each slot: u, mapped to [-1, 1] */
  float *value;   /* of each slot, spare */
  size_t pairs;   /* of a point */
} pair_buckets;

void pair_buckets_carve(pair_buckets *s, workspace *c, size_t n, size_t pairs);

/* Sorts the pairs [n, pairs] with distances d2 and z [nz]. */
void pair_buckets_sort(pair_buckets *s, const boxes *all, size_t n, size_t nz, const float *d2,
                       const float *z);

/* values [pairs of the batch] at the pairs of box k, from its series c; and the transpose: dc from
 * dvalues. */
void pair_buckets_sum(const pair_buckets *s, const box *b, size_t k, const float *c, float *values);
void pair_buckets_spread(const pair_buckets *s, const box *b, size_t k, const float *dvalues,
                         float *dc);

#endif
