/* A network of one layer: pairs, the scalar function of their distance, and sums over pairs. */
#ifndef EGNN_ONE_H
#define EGNN_ONE_H

#include "series.h"

typedef struct one {
  const egnn *net;
  const hifm_domain *domain;
  const hifm_batch *batch;
  bool series;                    /* by boxes, or all pairs directly */
  size_t pairs;                   /* of a point */
  unsigned char *i, *j;           /* [pairs] */
  float *diff;                    /* [n, pairs, D] */
  float *d2, *z, *s, *ds, *slope; /* [n, pairs] */
  scalar fun;
  float *fun_memory, *tape; /* one tile's, for direct evaluation */
  series fit;
} one;

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
