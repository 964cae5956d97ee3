/* The pairs of a batch in buckets, one for each box, and the values of the boxes' series at them.
 *
 * In a bucket the pairs of one z are a segment: for all of them the sum over the orders of z is the
 * same, so it is taken once, and a series in u alone is left. A segment fills whole blocks of
 * CHEBYSHEV_LANES slots (layers/chebyshev.h); slots that are left over have no pair. */
#ifndef EGNN_PAIR_BUCKETS_H
#define EGNN_PAIR_BUCKETS_H

#include "box_series.h"
#include "layers/chebyshev.h"
#include "layers/workspace.h"

typedef struct segment {
  float z;
  uint32_t slot, blocks; /* its first slot; how many blocks */
} segment;

/* The pairs of the batch in one box. */
typedef struct bucket {
  box_extent extent;                /* the rectangle that they fill */
  double weight;                    /* sum of d2 */
  size_t pairs, segments;           /* counts */
  size_t first_segment, first_slot; /* in the arrays of all buckets */
} bucket;

typedef struct pair_buckets {
  size_t pairs;          /* of a point */
  bucket *bucket;        /* [BOXES_MOST] */
  unsigned char *index;  /* box of each cell; BOXES_NONE for what is in no cell */
  unsigned char *member; /* box of each pair; BOXES_NONE: outside of all */
  float *u;              /* of each pair */
  segment *segment;      /* of all buckets, bucket by bucket */
  uint32_t *pair;        /* of each slot; UINT32_MAX: none */
  float *t;              /* of each slot: u, mapped to [-1, 1] */
  float *value;          /* of each slot; scratch */
} pair_buckets;

/* The places of all arrays, for n points of `pairs` pairs each. */
void pair_buckets_place(pair_buckets *s, workspace *space, size_t n, size_t pairs);

/* Sorts the pairs [n, pairs] with distances d2 and z [nz]. */
void pair_buckets_sort(pair_buckets *s, const boxes *all, size_t n, size_t nz, const float *d2,
                       const float *z);

/* From the series c of box k to values [n, pairs] at the pairs in it, leaving the others; and the
 * transpose: from dvalues to dc. */
void pair_buckets_sum(const pair_buckets *s, const box *b, size_t k, const float *c, float *values);
void pair_buckets_spread(const pair_buckets *s, const box *b, size_t k, const float *dvalues,
                         float *dc);

#endif
