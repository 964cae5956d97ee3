/* What the files of energy checks share: the energy under test, with room for its answers. */
#ifndef HOST_CHECK_ENERGY_H
#define HOST_CHECK_ENERGY_H

#include "hifm/energy.h"
#include "host/check_parts.h"
#include "host/energy.h"

enum { CHECK_DRAWS = 8 }; /* points that a check tries */

typedef struct tested_energy {
  check *c;
  energy *e;
  const hifm_energy_ops *ops;
  const hifm_domain *domain;
  const void *self;
  size_t d;
  double *y, *anchor;               /* [d] */
  double *moved, *other, *gradient; /* [d], scratch */
  double *hessian;                  /* [d, d] */
} tested_energy;

/* Zeroed and between guards: what overruns one array fails that check and no other. */
double *check_doubles(check *c, size_t count);
/* Largest |x|; NaN where anything is. */
double check_largest(const double *x, size_t n);
/* Sets y and anchor to the points of this number. */
void check_take_point(tested_energy *t, uint32_t draw);

/* check_energy_invariances.c: every flag that holds, on particles. */
void check_energy_invariances(tested_energy *t);

#endif
