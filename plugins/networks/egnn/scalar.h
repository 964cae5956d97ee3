/* One layer and identical particles: all h are equal, m_ij = m_ji, and the network is
 *
 *   v_i = 1/(N-1) sum_j (x_i - x_j) s(d2_ij, z)
 *
 * with one smooth scalar function s = phi_x(phi_e(h(z), h(z), d2)). This file evaluates s and its
 * gradients for rows of (d2, z), in tiles.
 *
 * The first edge layer, seen from (d2, z), is  pre = z p + r + f(d2) k  with  p = a (A + B),
 * r = e (A + B) + bias: a, e the embedding's kernel and bias, A, B, k the parts of the kernel. */
#ifndef EGNN_SCALAR_H
#define EGNN_SCALAR_H

#include "egnn.h"

enum { SCALAR_TILE = 384 };

typedef struct scalar {
  const egnn *net;
  const float *w;
  egnn_weights at;
  float *p, *r;     /* [W] */
  float *dp, *dr;   /* [W] gradients, gathered over the tiles of one backward pass */
  float *a, *b, *c; /* [SCALAR_TILE, W] spare */
} scalar;

/* Rows: z [nz], nz = count or 1. */
typedef struct scalar_rows {
  size_t count, nz;
  const float *d2, *z;
} scalar_rows;

/* Floats of one tile's tape; floats of the spare arrays of `scalar`. */
size_t scalar_tape(const egnn *net);
size_t scalar_spare(const egnn *net);

/* Points s into `memory` of scalar_spare floats, and computes p and r for these weights. */
void scalar_open(scalar *s, const egnn *net, const float *w, float *memory);

/* At most SCALAR_TILE rows: out [count], and the tape. */
void scalar_tile(const scalar *s, const scalar_rows *rows, float *tape, float *out);
/* After scalar_tile: the derivative by d2, slope [count]. */
void scalar_tile_slope(const scalar *s, const scalar_rows *rows, const float *tape, float *slope);
/* After scalar_tile: dout [count] in, adds to dw, gathers dp and dr. */
void scalar_tile_backward(scalar *s, const scalar_rows *rows, const float *tape, const float *dout,
                          float *dw);

/* Any number of rows without keeping a tape: out [count], slope [count] (may be NULL). */
void scalar_evaluate(const scalar *s, const scalar_rows *rows, float *tape, float *out,
                     float *slope);
/* The same rows backward. `taped`: they are one tile whose tape is still there; else each tile is
 * evaluated again first. */
void scalar_backward(scalar *s, const scalar_rows *rows, float *tape, const float *dout, bool taped,
                     float *dw);

/* Ends a backward pass: from dp and dr to the embedding and the first layer's kernels. */
void scalar_finish(scalar *s, float *dw);

/* Rows [first, first + count). */
static inline scalar_rows scalar_part(const scalar_rows *rows, size_t first, size_t count) {
  return (scalar_rows){count, rows->nz == 1 ? 1 : count, rows->d2 + first,
                       rows->nz == 1 ? rows->z : rows->z + first};
}

#endif
