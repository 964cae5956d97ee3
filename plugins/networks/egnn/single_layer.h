/* A network of one layer without v_z: pairs, the function of each (pair_mlp.h) evaluated directly
 * or by series (pair_series.h), and sums over pairs. */
#ifndef EGNN_SINGLE_LAYER_H
#define EGNN_SINGLE_LAYER_H

#include "pair_series.h"

typedef struct single_layer {
  const egnn *net;
  const hifm_domain *domain;
  const hifm_batch *batch;
  bool by_series;                 /* or all pairs directly */
  size_t pairs;                   /* of a point */
  unsigned char *i, *j;           /* [pairs] */
  float *diff;                    /* [n, pairs, D] */
  float *d2, *z, *s, *ds, *slope; /* [n, pairs] */
  pair_mlp mlp;
  float *mlp_memory, *tape; /* one tile's tape, for direct evaluation */
  pair_series series;
} single_layer;

/* The functions of hifm_network_ops for layers = 1. */
size_t single_layer_chunk(const egnn *net, const hifm_domain *domain, size_t n);
size_t single_layer_work(const egnn *net, const hifm_domain *domain, size_t n);
void single_layer_forward(const egnn *net, const hifm_domain *domain, const float *w,
                          const hifm_batch *batch, float *v, void *memory);
void single_layer_backward(const egnn *net, const hifm_domain *domain, const float *w,
                           const hifm_batch *batch, const float *dv, float *dw, float *dx,
                           void *memory);
void single_layer_divergence(const egnn *net, const hifm_domain *domain, const float *w,
                             const hifm_batch *batch, float *v, float *divergence, void *memory);

#endif
