/* Flow stages: each edits the modal spectrum of one data point (Algorithm 1, lines 4-13, 22-25).
 *
 * Every conditional path of the paper is Gaussian and diagonal in one orthonormal basis P, so a
 * flow is a record per mode: rate alpha_i, diffusion beta_i, null_i (in the Hessian's null space),
 * visible_i (does the loss see it). A list of stages, run in order, makes that record.
 *
 * Elementwise rule: what a stage writes into mode i depends only on mode i and on the scalars of
 * the spectrum. The host sets `low` and `high` again after every stage. */
#ifndef HIFM_FLOW_H
#define HIFM_FLOW_H

#include "hifm/plugin.h"

typedef struct hifm_spectrum {
  size_t modes;     /* length of the arrays: d, or 1 where all modes are alike (identity basis) */
  double norm;      /* |y1| */
  double low, high; /* smallest and largest alpha over the modes that are not null; when a source
                       with HIFM_STAGE_HESSIAN is called: smallest alpha, largest |alpha| */
  double kappa;     /* of eq. 19; 1 before the source has run */
  double *alpha;    /* rates; the eigenvalues of the Hessian when a HESSIAN source is called */
  double *beta;     /* diffusions; 0 before a noise stage has run */
  bool *null;
  bool *visible; /* true before `project` has run */
} hifm_spectrum;

enum {
  HIFM_STAGE_SOURCE = 1,  /* the path stage: exactly one, first */
  HIFM_STAGE_HESSIAN = 2, /* as a source: brings eigenvalues and P of an energy, which it declares
                             as a HIFM_REF setting; else: needs such a source */
  HIFM_STAGE_RATES = 4,   /* changes alpha: must come before a noise stage */
  HIFM_STAGE_NOISE = 8,   /* sets beta: at most one */
  /* Beside NOISE, and of one plugin only: this stage, with its defaults, completes a list that has
   * no noise stage and whose source has no path of its own. */
  HIFM_STAGE_DEFAULT_NOISE = 16
};

typedef struct hifm_flow_ops {
  uint32_t role;
  hifm_status (*shape)(const void *self, hifm_spectrum *spectrum, hifm_error *err);
  /* Optional, sources only: the path's own closed form in place of the linear SDE's (eq. 22).
   * q = 1 - z in [0, 1]; writes per mode mean factor m, deviation s and their derivatives by z.
   * A source with its own path takes no noise stage. */
  void (*path)(const void *self, const hifm_spectrum *spectrum, double q, double *m, double *s,
               double *dm, double *ds);
} hifm_flow_ops;

#endif
