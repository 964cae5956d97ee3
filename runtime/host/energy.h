/* Any energy plugin's value, gradient and Hessian, derived where the plugin leaves them out. */
#ifndef HOST_ENERGY_H
#define HOST_ENERGY_H

#include "base/failure.h"
#include "hifm/energy.h"

typedef struct energy {
  hifm_bound bound;
  hifm_domain domain;
  double *scratch; /* owned */
} energy;

/* Takes over no ownership of bound. STATUS_BAD_CONFIG when the energy cannot serve the domain: a
 * pair energy without particles, or points of zero centre of mass and an energy that does not
 * declare HIFM_INVARIANT_TRANSLATION. */
status_code energy_open(energy *e, hifm_bound bound, const hifm_domain *domain, failure *err);
void energy_close(energy *e);

/* y, anchor [d]; anchor NULL means y itself. One energy per thread: the scratch is inside. */
double energy_value(energy *e, const double *y, const double *anchor);
/* Value returned, gradient [d] written. */
double energy_gradient(energy *e, const double *y, const double *anchor, double *gradient);
/* hessian [d, d], exactly symmetric. Pair energies: closed form; else the plugin's, else central
 * differences of its gradient, else of its value. */
void energy_hessian(energy *e, const double *y, const double *anchor, double *hessian);
/* The trace of the Hessian. */
double energy_laplacian(energy *e, const double *y, const double *anchor);

/* "closed form", "plugin" or "central differences": where the Hessian comes from. */
const char *energy_hessian_source(const energy *e);

#endif
