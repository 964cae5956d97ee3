/* A network of one layer: pairs, the scalar function of their distance, and sums over pairs.
 *
 * Pairs lie point by point in the order of `slot`: points of like z are neighbours, so that each
 * band of z can be a series of its own (series.h). */
#ifndef EGNN_ONE_H
#define EGNN_ONE_H

#include "spectral.h"

enum { ONE_BANDS = 4 };

/* What is kept from step to step, and in checkpoints: the first bytes of work. */
typedef struct one_state {
  uint32_t nu[ONE_BANDS], nz[ONE_BANDS]; /* nodes to begin the next fits with; 0: not begun */
  uint64_t calls, refits, direct; /* training batches; bands fitted twice; bands done directly */
  double watch; /* largest error seen at watched pairs, relative to the largest |s| there */
} one_state;

/* Slots [first, first + n) and how they were evaluated. */
typedef struct one_band {
  size_t first, n;
  bool series;
  spectral_grid grid;
  size_t tile; /* of the shared tapes, where its own begin */
} one_band;

/* What a backward pass must know of the forward pass before it. */
typedef struct one_frame {
  size_t count;
  one_band bands[ONE_BANDS];
} one_frame;

typedef struct one {
  const egnn *net;
  const hifm_domain *domain;
  const hifm_batch *batch;
  one_state *state;
  one_frame *frame;
  bool series;                        /* bands of z, or all pairs directly */
  size_t pairs, stride;               /* per point; a series wants whole blocks of lanes */
  unsigned char *i, *j;               /* [pairs] */
  size_t *slot;                       /* [n]: the point that lies there */
  float *diff;                        /* [n, stride, D] */
  float *d2, *t, *z, *s, *ds, *slope; /* [n, stride] */
  float *tz, *a, *da;                 /* [n, CHEBYSHEV_MOST]: T(z), series in u, its gradient */
  scalar fun;
  float *fun_memory, *tape; /* one tile's */
  float *tapes;             /* SPECTRAL_TILES tiles', for series */
  spectral fit[ONE_BANDS];
} one;

/* z of the point in a slot. */
static inline float one_z(const one *o, size_t slot) {
  return o->batch->z[o->batch->nz == 1 ? 0 : o->slot[slot]];
}

/* The functions of hifm_network_ops for layers = 1. */
size_t one_chunk(const egnn *net, const hifm_domain *domain, size_t n);
size_t one_work(const egnn *net, const hifm_domain *domain, size_t n);
void one_forward(const egnn *net, const hifm_domain *domain, const float *w,
                 const hifm_batch *batch, float *v, void *memory);
void one_backward(const egnn *net, const hifm_domain *domain, const float *w,
                  const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory);
void one_divergence(const egnn *net, const hifm_domain *domain, const float *w,
                    const hifm_batch *batch, float *v, float *divergence, void *memory);

#endif
