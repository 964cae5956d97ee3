/* A network of one layer: pairs, the scalar function of their distance, and sums over pairs. */
#ifndef EGNN_ONE_H
#define EGNN_ONE_H

#include "spectral.h"

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
