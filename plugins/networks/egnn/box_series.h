/* The Chebyshev series of s on one box of (u, z), u = log(1 + d2): nodes, coefficients, tails.
 *
 *   s(u, z) = sum over l < nz, k < nu of c[l, k] T_l(t_z) T_k(t_u),  t_z and t_u in [-1, 1]
 *
 * Arrays of a box are [nz, nu], u fastest. */
#ifndef EGNN_BOX_SERIES_H
#define EGNN_BOX_SERIES_H

#include "boxes.h"

/* The rectangle that the nodes span: of the pairs in the box, not the whole box. */
typedef struct box_extent {
  float u_low, u_high, z_low, z_high;
} box_extent;

/* For every n up to BOXES_NODES: n nodes in [-1, 1], and the matrix [n, n] that turns values there
 * into coefficients. */
typedef struct box_tables {
  float *nodes[BOXES_NODES + 1], *matrix[BOXES_NODES + 1];
} box_tables;

/* Floats of memory for the tables; box_series_open computes them there, unless it has done so since
 * the memory was zeroed. */
size_t box_series_floats(void);
void box_series_open(box_tables *f, float *memory);

/* t in [-1, 1] of a coordinate; an extent of no width maps everything to -1. */
static inline float box_series_map(float x, float low, float high) {
  const float t = high > low ? 2 * (x - low) / (high - low) - 1 : -1;
  return t < -1 ? -1 : t > 1 ? 1 : t; /* rounding at the ends */
}

/* d2 and z of the nodes. */
void box_series_nodes(const box_tables *f, const box *b, const box_extent *at, float *d2, float *z);

/* Coefficients c from values at the nodes, and the transpose. */
void box_series_coefficients(const box_tables *f, const box *b, const float *values, float *c);
void box_series_transpose(const box_tables *f, const box *b, const float *dc, float *dvalues);

/* How small the last coefficients of c are, and its largest one; the caller sets the bound. */
box_tails box_series_tails(const box *b, const float *c, float *largest);

#endif
