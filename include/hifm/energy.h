/* Energies V(y): the source of the Hessian A = V''(y1) that shapes a flow (eqs. 10-14) and the
 * target density exp(-V) of the Monte Carlo sampler. Everything is double.
 *
 * A plugin answers with `pair` (a sum over unordered pairs of particles of a function of their
 * squared distance) or with `value`; exactly one of the two. What it leaves out the host derives:
 * from `pair` exactly, from `value` by central differences, which is said in the log. */
#ifndef HIFM_ENERGY_H
#define HIFM_ENERGY_H

#include "hifm/plugin.h"

/* The last three are promises about particles, and are tested on particles: an energy whose init
 * refuses all of them declares none. A data set's particles have zero centre of mass, which takes
 * `pair` or HIFM_INVARIANT_TRANSLATION. */
enum {
  HIFM_ANCHORED = 1, /* defined relative to an anchor configuration (the data point itself) */
  HIFM_INVARIANT_TRANSLATION = 2, /* V unchanged when all particles move alike */
  HIFM_INVARIANT_ROTATION = 4,    /* ... when all particles rotate alike */
  HIFM_INVARIANT_PERMUTATION = 8 /* ... when particles (and the anchor's with them) change places */
};

typedef struct hifm_energy_ops {
  uint32_t invariances; /* the flags above; a pair energy has all of the last three by itself */

  /* For k pairs: r2 squared distances, s2 the same pairs' squared distances in the anchor (equal
   * to r2 when the energy is not ANCHORED). Writes u(r2), du = u', ddu = u'' with respect to r2.
   * V = sum of u over unordered pairs. */
  void (*pair)(const void *self, size_t k, const double *r2, const double *s2, double *u,
               double *du, double *ddu);

  /* y, anchor: [d]. anchor equals y when the energy is not ANCHORED. */
  double (*value)(const void *self, const hifm_domain *domain, const double *y,
                  const double *anchor);
  /* gradient: [d], optional beside value. */
  void (*gradient)(const void *self, const hifm_domain *domain, const double *y,
                   const double *anchor, double *gradient);
  /* hessian: [d, d], symmetric, optional beside value. */
  void (*hessian)(const void *self, const hifm_domain *domain, const double *y,
                  const double *anchor, double *hessian);
} hifm_energy_ops;

#endif
