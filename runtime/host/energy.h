/* Any energy plugin's value, gradient and Hessian, derived where the plugin leaves them out. */
#ifndef HOST_ENERGY_H
#define HOST_ENERGY_H

#include "base/failure.h"
#include "hifm/energy.h"

/* Is V a sum over pairs? Which flags (hifm/energy.h) hold whatever the settings are? */
bool energy_sums_pairs(const hifm_energy_ops *ops);
uint32_t energy_constant_invariances(const hifm_energy_ops *ops);

typedef struct energy {
  hifm_bound bound;
  hifm_domain domain;
  uint32_t invariances; /* all flags: declared, those of the settings, and implied by pairs */
  failure failed;       /* of the first call that failed; its status is STATUS_OK before */
  double *scratch;      /* owned */
  void *work;           /* owned: the plugin's work block, or NULL */
  struct energy_groups *groups; /* owned: the pairs by their types, for `pair_typed` */
} energy;

/* Takes over no ownership of bound; domain->types must outlive e. STATUS_BAD_CONFIG when the energy
 * cannot serve the domain: a sum over pairs without particles, or points of zero centre of mass and
 * an energy without HIFM_INVARIANT_TRANSLATION. */
status_code energy_open(energy *e, hifm_bound bound, const hifm_domain *domain, failure *err);
void energy_close(energy *e);

/* y, anchor [d]; anchor NULL means y itself. One energy per thread: the scratch is inside.
 *
 * A plugin may fail. From then on the plugin is not called again, and every number is NaN. Callers
 * compute on and ask energy_status where they can stop: at the end of a trajectory, after each
 * Hessian. */
double energy_value(energy *e, const double *y, const double *anchor);
/* Value returned, gradient [d] written. */
double energy_gradient(energy *e, const double *y, const double *anchor, double *gradient);
/* hessian [d, d], exactly symmetric. Sums over pairs: closed form; else the plugin's (its matrix or
 * its products), else central differences of its gradient, else of its value. */
void energy_hessian(energy *e, const double *y, const double *anchor, double *hessian);
/* out [d] = the Hessian times x [d]: closed form, the plugin's, or one central difference of the
 * gradient along x. Needs no matrix unless the plugin has nothing else. */
void energy_hvp(energy *e, const double *y, const double *anchor, const double *x, double *out);
/* The trace of the Hessian. */
double energy_laplacian(energy *e, const double *y, const double *anchor);

/* STATUS_OK, or the status and the words of the first call that failed ("energy NAME: ..."). */
status_code energy_status(const energy *e, failure *err);

/* Where the Hessian comes from, and as a word: "closed form", "plugin", "central differences". */
typedef enum energy_source {
  ENERGY_CLOSED_FORM,
  ENERGY_FROM_PLUGIN,
  ENERGY_FROM_DIFFERENCES
} energy_source;
energy_source energy_hessian_source(const energy *e);
const char *energy_source_text(energy_source source);

/* The derivatives by central differences, as words: "Hessian", "gradient and Hessian", or "". */
const char *energy_differences(const energy *e);

#endif
