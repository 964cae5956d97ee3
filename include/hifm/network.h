/* Networks v(y, z): float, all weights in one array laid out as `tensors` says.
 *
 * Shapes: n points of d coordinates, x [n, d], z [nz] with nz = n, or 1 when all points share z;
 * v [n, d], or [n, d + 1] with v_z as the last number of each row where the domain says `speed`;
 * dv like v; w and dw [sum of tensor sizes]. One `work` block per caller holds tape and caches:
 * backward may only follow forward on the same batch, weights and work, any number of times. No
 * kernel allocates. A network that adapts itself keeps what it learned in the first bytes of work:
 * they go into checkpoints, so that a resumed run is the same to the bit. */
#ifndef HIFM_NETWORK_H
#define HIFM_NETWORK_H

#include "hifm/plugin.h"

typedef enum hifm_initialiser {
  HIFM_INIT_ZERO,
  HIFM_INIT_LECUN, /* normal cut at two sigma, of variance gain^2 / rows (Flax's default: 1) */
  HIFM_INIT_XAVIER /* uniform on +-gain * sqrt(6 / (rows + columns)) */
} hifm_initialiser;

typedef struct hifm_tensor {
  char name[64];
  size_t rows, columns; /* a dense kernel is [inputs, outputs]; a bias is [1, outputs] */
  hifm_initialiser init;
  double gain;
} hifm_tensor;

typedef struct hifm_batch {
  size_t n, nz;
  const float *x, *z;
} hifm_batch;

typedef struct hifm_fact {
  const char *name; /* a static text, such as "spectral_nodes_z" */
  double number;
} hifm_fact;

typedef struct hifm_network_ops {
  bool speed; /* can answer v_z; a domain that asks others for it is refused by the host */
  /* Writes at most `room` tensors and returns how many there are. */
  size_t (*tensors)(const void *self, const hifm_domain *domain, hifm_tensor *out, size_t room);
  /* How many of n points one call should take: the host splits larger batches. */
  size_t (*chunk)(const void *self, const hifm_domain *domain, size_t n);
  /* Bytes of `work` for calls of up to n points. The host aligns it to 64 and zeroes it once. */
  size_t (*work)(const void *self, const hifm_domain *domain, size_t n);
  void (*forward)(const void *self, const hifm_domain *domain, const float *w,
                  const hifm_batch *batch, float *v, void *work);
  /* dv in; adds to dw and writes dx [n, d]; either may be NULL. */
  void (*backward)(const void *self, const hifm_domain *domain, const float *w,
                   const hifm_batch *batch, const float *dv, float *dw, float *dx, void *work);
  /* Optional: how many bytes of `work` are kept in checkpoints (0 where it is missing), and what
   * the network has to tell about them in a run's result; writes at most `room`, returns how many.
   */
  size_t (*state)(const void *self);
  size_t (*facts)(const void *self, const void *work, hifm_fact *out, size_t room);
  /* Optional: v and the exact divergence of v by x, divergence [n], without tape; not called where
   * the domain says `speed`. The host derives it from backward (d calls) where it is missing or
   * returns false (settings it cannot serve). */
  bool (*divergence)(const void *self, const hifm_domain *domain, const float *w,
                     const hifm_batch *batch, float *v, float *divergence, void *work);
} hifm_network_ops;

#endif
