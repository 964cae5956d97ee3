/* What the two files of network checks share: the network under test with weights and a batch. */
#ifndef HOST_CHECK_NETWORK_H
#define HOST_CHECK_NETWORK_H

#include "hifm/network.h"
#include "host/check_parts.h"

enum { CHECK_POINTS = 5 };

typedef struct check_subject {
  check *c;
  const hifm_network_ops *ops;
  const hifm_domain *domain;
  hifm_task task;
  const void *self;
  hifm_tensor *tensors;
  size_t d, outputs, count, weights, work_bytes;
  float *w, *x, *z;       /* [weights], [CHECK_POINTS, d], [CHECK_POINTS] */
  bool vz_alone;          /* L is made of v_z only */
  float *v, *weight_of_v; /* [CHECK_POINTS, outputs]: scratch, and what L is made of */
  void *work;
} check_subject;

/* Guarded, zeroed. */
float *check_floats(check *c, size_t count);
hifm_batch check_batch(const check_subject *s);
void check_forward(const check_subject *s, const hifm_batch *batch, float *v);
/* Largest difference over the largest size; NaN where anything is not finite. */
double check_difference(const float *x, const float *y, size_t n);

/* dw and dx against differences; the divergence, where there is one, against both. */
void check_network_slopes(check_subject *s);

#endif
