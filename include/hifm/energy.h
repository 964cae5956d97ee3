/* Energies V(y): the source of the Hessian A = V''(y1) that shapes a flow (eqs. 10-14) and the
 * target density exp(-V) of the Monte Carlo sampler. Everything is double.
 *
 * A plugin answers with exactly one of `pair`, `pair_typed` (sums over unordered pairs of particles
 * of a function of their squared distance) and `value`. What it leaves out the host derives: from
 * pairs exactly, else by central differences, which the log says. */
#ifndef HIFM_ENERGY_H
#define HIFM_ENERGY_H

#include "hifm/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The last three are promises about particles, and are tested on particles: an energy whose init
 * refuses all of them declares none. Points of a data set of particles have zero centre of mass;
 * they need a sum over pairs or HIFM_INVARIANT_TRANSLATION. */
enum {
  HIFM_ANCHORED = 1, /* defined relative to an anchor configuration (the data point itself) */
  HIFM_INVARIANT_TRANSLATION = 2, /* V is unchanged when all particles move alike */
  HIFM_INVARIANT_ROTATION = 4,    /* ... when all particles rotate about the origin alike */
  HIFM_INVARIANT_PERMUTATION =
      8 /* ... when particles of one type change places (the anchor's too) */
};

/* Where V is taken. */
typedef struct hifm_configuration {
  const hifm_domain *domain;
  const double *y, *anchor; /* [d]; anchor is y where the energy is not ANCHORED */
  void *work;               /* of the operation `work`; NULL without it */
} hifm_configuration;

/* The functions that return a status fail with words in err; the job then ends with them. A point
 * that merely has no energy (particles that overlap) gets INFINITY and HIFM_OK: the sampler rejects
 * it. At data points V and its derivatives must be finite. */
typedef struct hifm_energy_ops {
  uint32_t invariances; /* the flags above; a sum over pairs has all but ANCHORED by itself */

  /* For k pairs: r2 squared distances, s2 the same pairs' squared distances in the anchor (r2
   * itself where the energy is not ANCHORED). Writes u(r2), du = u', ddu = u'' with respect to r2,
   * each [k]. V is the sum of u over all unordered pairs. */
  void (*pair)(const void *self, size_t k, const double *r2, const double *s2, double *u,
               double *du, double *ddu);
  /* The same for k pairs of particles of these two types, type_i <= type_j; called once for each
   * two types that occur. Both are 0 where domain->types is NULL. */
  void (*pair_typed)(const void *self, uint16_t type_i, uint16_t type_j, size_t k, const double *r2,
                     const double *s2, double *u, double *du, double *ddu);

  hifm_status (*value)(const void *self, const hifm_configuration *at, double *value,
                       hifm_error *err);
  /* Optional, beside value. gradient [d]; hessian [d, d], symmetric; out [d]: the Hessian times x
   * [d], for energies that need not form the matrix. */
  hifm_status (*gradient)(const void *self, const hifm_configuration *at, double *gradient,
                          hifm_error *err);
  hifm_status (*hessian)(const void *self, const hifm_configuration *at, double *hessian,
                         hifm_error *err);
  hifm_status (*hvp)(const void *self, const hifm_configuration *at, const double *x, double *out,
                     hifm_error *err);
  /* Optional, beside value: bytes of `work` for engines that keep state from call to call (a
   * neighbour list, the last wave function). The host aligns it to 64 and zeroes it once. Each
   * caller has its own. V must not depend on it by more than rounding. */
  size_t (*work)(const void *self, const hifm_domain *domain);

  /* Optional: further flags that depend on the settings, such as those of an energy that this one
   * wraps. Called after init. */
  uint32_t (*invariances_of)(const void *self, const hifm_domain *domain);
} hifm_energy_ops;

#ifdef __cplusplus
}
#endif
#endif
