/* Networks v(y, z): float, all weights in one array laid out as `tensors` says.
 *
 * Shapes: n points of d coordinates, x [n, d], z [nz]; v [n, d], or [n, d + 1] with v_z as the last
 * number of each row where the task has `vz`; dv like v; w and dw [sum of tensor sizes].
 *
 * A caller has one task and one block `work`, and calls `tensors`, `chunk` and `work` before the
 * others. In every call n >= 1, z is in [0, 1], and nz is n or 1. nz = 1: all points share z[0],
 * and there is no z[1]; v and the gradients are those of n equal z, up to rounding.
 *
 * Inputs must stay as they are. What is written is not zeroed before: v, dx and divergence must be
 * written whole. No kernel allocates, prints or keeps a pointer. Kernels cannot fail: weights or
 * points that are not finite give a v that is not finite, in finite time and within the arrays; the
 * host sees it in the loss or in the solver and reports that the run diverged. */
#ifndef HIFM_NETWORK_H
#define HIFM_NETWORK_H

#include "hifm/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a network is asked. */
typedef struct hifm_task {
  const hifm_domain *domain; /* what a point is */
  bool vz;                   /* answer v_z, too: the velocity of z (eq. 21) */
} hifm_task;

typedef enum hifm_initialiser {
  HIFM_INIT_ZERO,
  HIFM_INIT_LECUN, /* normal cut at two sigma, of variance gain^2 / rows (Flax's default: 1) */
  HIFM_INIT_XAVIER /* uniform on +-gain * sqrt(6 / (rows + columns)) */
} hifm_initialiser;

typedef struct hifm_tensor {
  char name[64];        /* its name in checkpoints: another one makes old weights unreadable */
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
  /* Can answer v_z. Where it is false, the host refuses a task with vz and never calls with one. */
  bool has_vz;
  /* Optional: refuses, with a message, a task that these settings cannot serve. Called before all
   * that follow; `init` has seen the domain alone. */
  hifm_status (*accepts)(const void *self, const hifm_task *task, hifm_error *err);
  /* Writes at most `room` tensors and returns how many there are. */
  size_t (*tensors)(const void *self, const hifm_task *task, hifm_tensor *out, size_t room);
  /* How many of n points one call takes, from 1 to n: as many as keep what the backward pass reads
   * in a cache. The host splits larger batches. */
  size_t (*chunk)(const void *self, const hifm_task *task, size_t n);
  /* Bytes of `work` for calls of up to n points. It holds tape and caches. The host aligns it to 64
   * bytes, zeroes it once, gives the same block to all calls of its caller, also to those of fewer
   * points, and to no two calls at the same time. */
  size_t (*work)(const void *self, const hifm_task *task, size_t n);
  /* v. On centred points (hifm_domain) x has zero centre of mass, and v_y must have it for every x:
   * the trace over all d coordinates is then that over the space in which the points lie. v_z
   * should be positive: the host divides by it. */
  void (*forward)(const void *self, const hifm_task *task, const float *w, const hifm_batch *batch,
                  float *v, void *work);
  /* From dv, the gradient of a loss by v, to those by weights and points: adds to dw, writes dx
   * [n, d]. Either may be NULL, not both. Called after forward with the same w, batch and work, any
   * number of times. */
  void (*backward)(const void *self, const hifm_task *task, const float *w, const hifm_batch *batch,
                   const float *dv, float *dw, float *dx, void *work);
  /* Optional, for networks that adapt themselves: how many of the first bytes of `work` go into
   * checkpoints (missing: 0). A resumed run finds them in a block that is zero otherwise, and must
   * go on with the same bits. So they have one layout for every n and no pointers; only calls with
   * nz = n > 1 (training) change them; and calls with nz = 1 (likelihoods, samples) do not depend
   * on them. */
  size_t (*state)(const void *self, const hifm_task *task);
  /* Optional: numbers for a run's result. Writes at most `room` and returns how many it wrote. */
  size_t (*facts)(const void *self, const hifm_task *task, const void *work, hifm_fact *out,
                  size_t room);
  /* Optional: v, and the exact divergence of v by x, divergence [n]. Needs no tape; a backward does
   * not follow. Not called with vz. Returns false for settings that it cannot serve; the
   * host then calls backward d times, as it does where this is missing. */
  bool (*divergence)(const void *self, const hifm_task *task, const float *w,
                     const hifm_batch *batch, float *v, float *divergence, void *work);
} hifm_network_ops;

#ifdef __cplusplus
}
#endif

#endif
