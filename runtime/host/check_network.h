/* What the two files of network checks share: the network under test with weights and a batch. */
#ifndef HOST_CHECK_NETWORK_H
#define HOST_CHECK_NETWORK_H

#include "hifm/network.h"
#include "host/check_parts.h"

enum { NETWORK_POINTS = 5 };

typedef struct network_subject {
  check *c;
  const hifm_network_ops *ops;
  const hifm_domain *domain;
  const void *self;
  hifm_tensor *tensors;
  size_t d, count, weights, work_bytes;
  float *w, *x, *z;       /* [weights], [NETWORK_POINTS, d], [NETWORK_POINTS] */
  float *v, *weight_of_v; /* [NETWORK_POINTS, d]: scratch, and what L is made of */
  void *work;
} network_subject;

/* Guarded, zeroed. */
float *network_floats(check *c, size_t count);
hifm_batch network_batch(const network_subject *s);
void network_run(const network_subject *s, const hifm_batch *batch, float *v);
/* Largest difference over the largest size; NaN where anything is not finite. */
double network_apart(const float *x, const float *y, size_t n);

/* dw and dx against differences; the divergence, where there is one, against both. */
void network_check_slopes(network_subject *s);

#endif
