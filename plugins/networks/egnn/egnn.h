/* EGNN (Satorras, Hoogeboom, Welling 2021): shapes, weights and tape that its files share.
 *
 *   n points, N particles, D coordinates, W width, K depth, P pairs of one point
 *   x [n, N, D]      h [rows, W]      diff [n P, D]      d2, feature, s [n P]      messages [n P,
 * W]
 *
 *   h0 = z a + b;  in each layer   m_ij = phi_e(h_i, h_j, f(|x_i - x_j|^2)), f see egnn_feature
 *                                  x_i += 1/(N-1) sum_j (x_i - x_j) phi_x(m_ij)
 *                                  h_i += phi_h(h_i, sum_j m_ij)  (last layer: for v_z alone)
 *   v = x - x0, taken back to zero mean where there are several layers (one layer has it by
 * itself).
 *   v_z, where it is asked for: softplus of one dense output of the mean of h after the last layer;
 * invariant as h is, and positive, as fields are divided by it.
 *
 * In the first layer all particles of a point have equal h, so m_ij = m_ji: its pairs are unordered
 * and evaluated once; later layers have ordered pairs. */
#ifndef EGNN_H
#define EGNN_H

#include "hifm/network.h"
#include "layers/stack.h"

#include <math.h>

enum { EGNN_LAYERS_MAX = 8 };

/* How one layer is evaluated: as a series where that is worth it, pair by pair, or as a series
 * whenever it converges. */
enum { EGNN_AUTO, EGNN_DIRECT, EGNN_SPECTRAL };

/* What the edge MLP sees of a distance d: d^2, or log(1 + d^2). */
enum { EGNN_SQUARED, EGNN_LOG };

typedef struct egnn {
  uint64_t layers, depth, width;
  uint32_t distance, evaluate;
  bool one; /* set by init: one layer without v_z, a function of single pairs (one.h) */
} egnn;

/* Offsets of one layer's weights in the array of all weights. */
typedef struct egnn_weights {
  size_t first, first_bias; /* edge MLP: [2 W + 1, W]: rows for h_i, h_j, f(d2); then its stack */
  size_t edge;              /* stack of K - 1 */
  size_t coord, coord_last; /* stack of K - 1, then [W, 1] */
  size_t node_first, node_bias, node, node_last, node_last_bias; /* [2 W, W], K - 2, [W, W] */
  size_t end; /* where the next layer begins, after the last one the head: [W, 1] and a bias */
} egnn_weights;

/* Tape of one layer for n points. */
typedef struct egnn_tape {
  bool ordered;         /* pairs (i, j) and (j, i) apart */
  bool moves;           /* has a node MLP: h of the particles changes */
  size_t pairs;         /* P */
  size_t rows;          /* of h: nz in the first layer, n N later */
  unsigned char *i, *j; /* [P] */
  float *x, *h;         /* inputs */
  float *diff, *d2, *feature, *s;
  float *first_act, *first_slope; /* [n P, W] */
  float *edge, *coord;            /* stack tapes */
  const float *m, *c;             /* last activations of both, [n P, W] */
  float *node_in;                 /* [n N, 2 W]: h_i, sum_j m_ij */
  float *node_act, *node_slope, *node;
  const float *node_out; /* last activations before the linear end */
} egnn_tape;

typedef struct egnn_work {
  egnn_tape layer[EGNN_LAYERS_MAX];
  float *x_out, *h_out;               /* [n, N, D], [n, N, W] after the last layer */
  float *mean, *speed, *speed_slope;  /* v_z: [n, W], [n], [n] */
  float *dx, *dx_next, *dh, *dh_next; /* gradients by x [n, N, D] and h [n N, W] */
  float *a, *b, *c;                   /* [n P, W] spare */
  float *rows_a, *rows_b;             /* [n N, W] spare */
  float *nodes;                       /* [n N, 2 W] spare */
  float *ds;                          /* [n P] */
} egnn_work;

/* Where everything lies: weights of layer l; the work block for n points with nz values of z (base
 * NULL: only the size, returned in bytes). */
void egnn_layout(const egnn *net, size_t l, egnn_weights *out);
size_t egnn_carve(const egnn *net, const hifm_domain *domain, size_t n, size_t nz, void *base,
                  egnn_work *out);

/* One layer: from tape->x, tape->h to x_next [n, N, D] and h_next [n N, W] (unused unless h moves).
 */
void egnn_layer_forward(const egnn *net, const hifm_domain *domain, size_t n, const float *w,
                        const egnn_weights *at, egnn_tape *tape, egnn_work *work, float *x_next,
                        float *h_next);

/* From work->dx (by x_next) and work->dh (by h_next, unused unless h moves) to work->dx (by x) and
 * work->dh (by h, [rows, W]); adds to dw unless NULL. */
void egnn_layer_backward(const egnn *net, const hifm_domain *domain, size_t n, const float *w,
                         const egnn_weights *at, const egnn_tape *tape, egnn_work *work, float *dw);

/* v_z from work->h_out into the last number of each row of v [n, d + 1]; from that number of dv to
 * work->dh (by h_out), adding to dw unless NULL. `at`: of the last layer. */
void egnn_vz_forward(const egnn *net, const hifm_domain *domain, size_t n, const float *w,
                     const egnn_weights *at, egnn_work *work, float *v);
void egnn_vz_backward(const egnn *net, const hifm_domain *domain, size_t n, const float *w,
                      const egnn_weights *at, egnn_work *work, const float *dv, float *dw);

static inline stack_shape egnn_stack(const egnn *net, size_t shorter) {
  return (stack_shape){(size_t)net->depth - shorter, (size_t)net->width};
}

static inline float egnn_feature(const egnn *net, float d2) {
  return net->distance == EGNN_LOG ? log1pf(d2) : d2;
}

/* Its derivative by d2. */
static inline float egnn_feature_slope(const egnn *net, float d2) {
  return net->distance == EGNN_LOG ? 1 / (1 + d2) : 1;
}

/* Row of h that particle i of point b reads. */
static inline size_t egnn_row(const egnn_tape *tape, const hifm_domain *domain, size_t b,
                              size_t i) {
  if (tape->ordered) return b * domain->particles + i;
  return tape->rows == 1 ? 0 : b;
}

#endif
