/* clang-format off */
/* EGNN (Satorras, Hoogeboom, Welling 2021): shapes, weights and tape that its files share.
 *
 *   n points   N particles   D coordinates of each   P pairs of one point   W width   K depth
 *
 *   x [n, N, D]    h [rows, W]    diff [n P, D]    d2, feature, s [n P]    messages m [n P, W]
 *
 *   h0 = z a + b;  in each layer   e_ij = phi_e(h_i, h_j, f(|x_i - x_j|^2))        edge MLP
 *                                  m_ij = e_ij, with attention e_ij sigmoid(g . e_ij + g0)
 *                                  s_ij = phi_x(m_ij), with tanh R/L tanh(phi_x)   coord MLP
 *                                  x_i += c sum_j (x_i - x_j) q(|x_i - x_j|) s_ij
 *                                  h_i += phi_h(h_i, sum_j m_ij)                   node MLP
 *   v   = x - x0, projected to zero mean where there are several layers (one layer has it anyway)
 *   v_z = softplus of one dense output of the mean of h over the particles
 *
 * f, c, q and tanh: formula.h. The last layer has a node MLP for v_z alone. v_z is invariant as h
 * is, and positive, as velocities are divided by it.
 *
 * In the first layer all particles of a point have equal h, so m_ij = m_ji: its pairs are unordered
 * and evaluated once. Later layers have ordered pairs. One layer without v_z is a function of
 * single pairs: single_layer.h. */
/* clang-format on */
#ifndef EGNN_H
#define EGNN_H

#include "hifm/network.h"
#include "layers/stack.h"

/* Arrays for the divergence of one point (divergence.c): derivatives by the d coordinates of the
 * input. Those of h are rows [W], those of x and of what edges have are lanes, padded. E = N (N -
 * 1) edges. Before the last layer h is followed in `count` directions of each particle. */
typedef struct divergence_work {
  size_t lanes;                     /* d, padded */
  size_t count;                     /* N - 1 + D directions, or d */
  float *h, *h_next, *a_i, *a_j;    /* [N, d, W]; a_i, a_j: h by the first edge kernels */
  float *message, *own;             /* [N, count, W]; [count, W] */
  float *rows, *rows_next;          /* [N, count, W] scratch */
  float *x, *x_next;                /* [N, D, lanes] */
  float *weight;                    /* [N, D, lanes]: of x in the trace of the last layer's moves */
  float *feature, *feature0, *push; /* [E, lanes]: f, that of the input, c q s */
  float *factor;                    /* [E]: c q */
  float *by_f, *by_f0;              /* [E]: of c q s */
  float *kernel;                    /* [W] of the distance */
  float *dots, *f, *moves;          /* [N, count], [count], [N, d] scratch */
} divergence_work;

enum { EGNN_LAYERS_MAX = 8 };

/* How one layer is evaluated: as a series where that is worth it, pair by pair, or as a series
 * whenever it converges. */
enum { EGNN_AUTO, EGNN_DIRECT, EGNN_SPECTRAL };

/* What the edge MLP sees of a distance d: d^2, or log(1 + d^2). */
enum { EGNN_SQUARED, EGNN_LOG };

/* What the sum of the moves over the other particles is divided by: their number, or 1. */
enum { EGNN_MEAN, EGNN_SUM };

typedef struct egnn {
  uint64_t layers, depth, width;
  uint32_t distance, evaluate, activation, aggregation;
  bool attention, normalise, initial_distance;
  double tanh_range; /* 0: no tanh */
} egnn;

/* Offsets of one layer in the array of all weights. kernel_i, kernel_j, kernel_d, kernel_0 are the
 * rows of one kernel for h_i, h_j, f(d2) and, with initial_distance, f(d2) of the input. */
typedef struct egnn_layer_weights {
  size_t kernel_i, kernel_j, kernel_d; /* edge MLP: [W, W], [W, W], [1, W] */
  size_t kernel_0;                     /* [1, W] */
  size_t first_bias, edge;             /* [W], a stack of K - 1 */
  size_t gate, gate_bias;              /* with attention: [W, 1], [1] */
  size_t coord, coord_last;            /* coord MLP: a stack of K - 1, [W, 1] */
  size_t node_first, node_first_bias;  /* node MLP: [2 W, W], [W] */
  size_t node;                         /* a stack of K - 2 */
  size_t node_last, node_last_bias;    /* [W, W], [W] */
} egnn_layer_weights;

typedef struct egnn_weights {
  size_t embed, embed_bias; /* of z: [1, W], [W] */
  egnn_layer_weights layer[EGNN_LAYERS_MAX];
  size_t vz, vz_bias; /* [W, 1], [1] */
} egnn_weights;

/* Tape of one layer for n points. */
typedef struct egnn_tape {
  bool ordered;                   /* pairs (i, j) and (j, i) apart */
  bool moves;                     /* has a node MLP: h of the particles changes */
  size_t pairs;                   /* P */
  size_t rows;                    /* of h: nz in the first layer, n N later */
  unsigned char *i, *j;           /* [P] */
  float *x, *h;                   /* inputs */
  float *diff, *d2, *feature, *s; /* x_i - x_j, its square, f(d2), s_ij */
  float *first_act, *first_slope; /* [n P, W]: edge MLP, first layer */
  float *edge, *coord;            /* stack tapes */
  float *gate, *gated;            /* with attention: the sigmoid [n P], m [n P, W] */
  const float *e, *m, *c;         /* [n P, W]: of the edge MLP, of the gate, of the coord MLP */
  float *node_in;                 /* [n N, 2 W]: h_i, sum_j m_ij */
  float *node_act, *node_slope;   /* [n N, W]: node MLP, first layer */
  float *node;                    /* stack tape */
  const float *node_out;          /* its last activations, before the linear end */
} egnn_tape;

typedef struct egnn_work {
  egnn_tape layer[EGNN_LAYERS_MAX];
  float *x_out, *h_out;        /* [n, N, D], [n, N, W] after the last layer */
  float *mean, *vz, *vz_slope; /* v_z: [n, W], [n], [n] */
  /* with initial_distance, for the ordered pairs: as in a tape, of the input */
  float *diff0, *d20, *feature0;
  float *dx, *dx_next, *dh, *dh_next; /* gradients by x [n, N, D] and h [n N, W] */
  float *dx0;                         /* by x0 through its distances [n, N, D] */
  float *a, *b, *c;                   /* [n P, W] scratch */
  float *rows_a, *rows_b;             /* [n N, W] scratch */
  float *nodes;                       /* [n N, 2 W] scratch */
  float *along, *ds;                  /* [n P] */
  divergence_work divergence;         /* where there is no v_z */
} egnn_work;

/* Declares the tensors (as hifm_network_ops.tensors) and says where they are. */
size_t egnn_layout(const egnn *net, bool vz, egnn_weights *at, hifm_tensor *tensors, size_t room);

/* The places of all arrays for n points with nz values of z in `base` (NULL: only their size);
 * returns bytes. */
size_t egnn_place(const egnn *net, const hifm_task *task, size_t n, size_t nz, void *base,
                  egnn_work *out);

/* What the functions of a layer share. */
typedef struct egnn_call {
  const egnn *net;
  const hifm_domain *domain;
  size_t n;
  const float *w;
  egnn_weights at;
  egnn_work work;
} egnn_call;

/* Layer l: from its tape's x and h to x_next [n, N, D] and, where h moves, h_next [n N, W]. */
void egnn_layer_forward(egnn_call *call, size_t l, float *x_next, float *h_next);

/* ds/dpre [n P, W], the derivative of s_ij by what the first edge layer gives to its activation.
 * After egnn_layer_forward; where it is in the work block is returned. */
const float *egnn_layer_slopes(egnn_call *call, size_t l);

/* From work.dx (by x_next) and, where h moves, work.dh (by h_next) to work.dx (by x) and
 * work.dh (by h, [rows, W]); adds to dw unless NULL. */
void egnn_layer_backward(egnn_call *call, size_t l, float *dw);

/* v_z from work.h_out into the last number of each row of v [n, d + 1]; from that number of dv to
 * work.dh (by h_out), adding to dw unless NULL. */
void egnn_vz_forward(egnn_call *call, float *v);
void egnn_vz_backward(egnn_call *call, const float *dv, float *dw);

/* Row of h that particle i of point b reads. */
static inline size_t egnn_row(const egnn_tape *tape, const hifm_domain *domain, size_t b,
                              size_t i) {
  if (tape->ordered) return b * domain->particles + i;
  return tape->rows == 1 ? 0 : b;
}

#endif
