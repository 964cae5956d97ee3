/* The function of a pair. With one layer and identical particles all h are equal, so m_ij = m_ji,
 * and the network is
 *
 *   v_i = 1/(N-1) sum_j (x_i - x_j) s(d2_ij, z)
 *
 * with one smooth scalar function s = phi_x(phi_e(h(z), h(z), f(d2))): an MLP of two inputs, with a
 * gate and a tanh where these are set (pair_function.h says why all settings keep to that). This
 * file evaluates s and its gradients for rows of (d2, z), in tiles.
 *
 * Its first layer is  pre = z p + r + f(d2) k  with  p = a (A + B),  r = e (A + B) + bias:  a [W],
 * e [W] the embedding's kernel and bias, A [W, W], B [W, W], k [W] the rows of the edge kernel for
 * h_i, h_j and the distance. */
#ifndef EGNN_PAIR_MLP_H
#define EGNN_PAIR_MLP_H

#include "egnn.h"

enum { PAIR_MLP_TILE = 384 };

typedef struct pair_mlp {
  const egnn *net;
  const float *w;
  size_t embed, embed_bias;
  egnn_layer_weights at;
  float *p, *r;     /* [W] */
  float *dp, *dr;   /* [W] gradients, gathered over the tiles of one backward pass */
  float *kernel;    /* [W]: k */
  float *a, *b, *c; /* [PAIR_MLP_TILE, W] scratch */
  float *ds;        /* [PAIR_MLP_TILE] scratch */
} pair_mlp;

/* Rows: z [nz], nz = count or 1. */
typedef struct pair_mlp_rows {
  size_t count, nz;
  const float *d2, *z;
} pair_mlp_rows;

/* Floats of one tile's tape; floats of the scratch arrays of `pair_mlp`. */
size_t pair_mlp_tape(const egnn *net);
size_t pair_mlp_scratch(const egnn *net);

/* Points s into `memory` of pair_mlp_scratch floats; computes p and r for these weights. */
void pair_mlp_open(pair_mlp *s, const egnn *net, const float *w, float *memory);

/* At most PAIR_MLP_TILE rows: out [count], and the tape. */
void pair_mlp_tile(const pair_mlp *s, const pair_mlp_rows *rows, float *tape, float *out);
/* After pair_mlp_tile: the derivative by d2, slope [count]. */
void pair_mlp_tile_slope(const pair_mlp *s, const pair_mlp_rows *rows, const float *tape,
                         float *slope);
/* After pair_mlp_tile: dout [count] in, adds to dw, gathers dp and dr. */
void pair_mlp_tile_backward(pair_mlp *s, const pair_mlp_rows *rows, const float *tape,
                            const float *dout, float *dw);

/* Any number of rows without keeping a tape: out [count], slope [count] (may be NULL). */
void pair_mlp_evaluate(const pair_mlp *s, const pair_mlp_rows *rows, float *tape, float *out,
                       float *slope);
/* The same rows backward. `taped`: they are one tile whose tape is still there; else each tile is
 * evaluated again first. */
void pair_mlp_backward(pair_mlp *s, const pair_mlp_rows *rows, float *tape, const float *dout,
                       bool taped, float *dw);

/* Ends a backward pass: from dp and dr to the embedding and the first layer's kernels. */
void pair_mlp_finish(pair_mlp *s, float *dw);

/* Rows [first, first + count). */
static inline pair_mlp_rows pair_mlp_part(const pair_mlp_rows *rows, size_t first, size_t count) {
  return (pair_mlp_rows){count, rows->nz == 1 ? 1 : count, rows->d2 + first,
                         rows->nz == 1 ? rows->z : rows->z + first};
}

#endif
