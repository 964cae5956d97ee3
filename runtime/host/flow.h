/* A list of stages as one conditional path: order rules, the spectrum of a data point, closed
 * forms. */
#ifndef HOST_FLOW_H
#define HOST_FLOW_H

#include "base/failure.h"
#include "base/value.h"
#include "hifm/flow.h"

enum { FLOW_STAGES_MAX = 16 };

typedef struct flow {
  hifm_bound stages[FLOW_STAGES_MAX];
  size_t count;
  bool hessian;      /* the source needs the eigen-cache of `energy` */
  hifm_bound energy; /* with hessian */
  size_t d;
} flow;

/* One rule of order, in words with both stages' names, broken by this list of (name, role): exactly
 * one source, first; stages with HESSIAN need a HESSIAN source; at most one NOISE stage, after
 * every RATES stage, and none for a source with its own path; no stage twice. */
typedef struct flow_role {
  const char *name;
  uint32_t role;
  bool own_path;
} flow_role;
status_code flow_check_order(const flow_role *roles, size_t count, failure *err);

/* Binds a LIST of resolved stages (already with its noise stage) and checks the order. */
status_code flow_open(flow *f, arena *a, const value *stages, const hifm_domain *domain,
                      failure *err);
void flow_close(flow *f);

/* Number of modes the spectra of this flow have: d with a Hessian, else 1. */
size_t flow_modes(const flow *f);

/* Runs all stages for this data point and, with a Hessian, these eigenvalues (NULL otherwise). The
 * spectrum's arrays have flow_modes items and belong to the caller. err says which stage refused.
 */
status_code flow_shape(const flow *f, const hifm_point *point, const double *eigenvalues,
                       hifm_spectrum *spectrum, failure *err);

/* Mean factor m, deviation s and their derivatives by z, per mode, at q = 1 - z in (0, 1]: the
 * linear SDE of eq. 22 after inverting eq. 21, or the source's own path. */
void flow_path(const flow *f, const hifm_spectrum *spectrum, double q, double *m, double *s,
               double *dm, double *ds);

/* The paths divide by q. A uniform draw of z is never nearer to the data than this. */
#define FLOW_Q_MIN 0x1p-53

/* q = 1 - z at time t in (0, 1]: exp(-kappa alpha_min t), eq. 21, or FLOW_Q_MIN where that is
 * smaller. A source with its own path has no time but z: there t itself is taken for q, which is as
 * uniform. */
double flow_q_at(const flow *f, const hifm_spectrum *spectrum, double t);

/* v_z = dz/dt at q: kappa alpha_min q (eq. 21), or 1 for a source with its own path. */
double flow_vz(const flow *f, const hifm_spectrum *spectrum, double q);

#endif
