/* Flow stages: each edits the modal spectrum of one data point (Algorithm 1, lines 4-13, 22-25).
 *
 * Every conditional path of the paper is Gaussian and diagonal in one orthonormal basis P, so a
 * flow is a record per mode: rate alpha_i, diffusion beta_i, null_i, visible_i. A list of stages,
 * run in order, makes that record. The first stage is the source.
 *
 * Elementwise rule: what a stage writes into mode i depends on mode i's own record, on the scalars
 * of the spectrum and on the point, but on no other mode and not on the number i. The host sets
 * `low` and `high` again after every stage. */
#ifndef HIFM_FLOW_H
#define HIFM_FLOW_H

#include "hifm/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The data point that a spectrum belongs to. */
typedef struct hifm_point {
  const hifm_domain *domain;
  const double *y1; /* [d]: coordinates, not modes */
  double norm;      /* |y1| */
} hifm_point;

/* Who may write what: `modes`, `low`, `high` are the host's. kappa: the source. null: a HESSIAN
 * source. alpha: the source, and stages with HIFM_STAGE_RATES. beta: stages with HIFM_STAGE_NOISE.
 * visible: any stage but the source, from true to false. */
typedef struct hifm_spectrum {
  size_t modes;     /* length of the arrays: d, or 1 where all modes are alike (identity basis) */
  double low, high; /* smallest and largest alpha over the modes that are not null; when a source
                       with HIFM_STAGE_HESSIAN is called: smallest alpha, largest |alpha| */
  double kappa;     /* of eq. 19; 1 before the source has run */
  double *alpha; /* rates, finite and >= 0; when a HESSIAN source is called the eigenvalues of the
                    Hessian, for any other source 0 */
  double *beta;  /* diffusions, finite and >= 0; 0 before a noise stage has run */
  bool *null; /* the mode is in the Hessian's null space; false before the source has run. A HESSIAN
                 source says it, however it finds out: the host never guesses it from small rates */
  bool *visible; /* the loss sees this mode; true before the first stage */
} hifm_spectrum;

enum {
  HIFM_STAGE_SOURCE = 1,  /* the path stage: exactly one, first */
  HIFM_STAGE_HESSIAN = 2, /* as a source: brings eigenvalues and P of an energy, its only HIFM_REF
                             setting of that kind, under any name; else: needs such a source */
  HIFM_STAGE_RATES = 4,   /* changes alpha: must come before a noise stage */
  HIFM_STAGE_NOISE = 8,   /* sets beta: at most one */
  /* Beside NOISE, and of one plugin only: this stage, with its defaults, completes a list that has
   * no noise stage and whose source does not bring a path. */
  HIFM_STAGE_DEFAULT_NOISE = 16
};

typedef struct hifm_flow_ops {
  uint32_t role;
  /* Edits the spectrum in place. Must leave some mode with alpha > 0. A status ends the job with
   * the words in err and the number of the data point: HIFM_BAD_INPUT where the point cannot be
   * used, HIFM_BAD_SETTINGS where other settings would help. */
  hifm_status (*shape)(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                       hifm_error *err);
  /* Optional, sources only: the path's own closed form in place of the linear SDE's (eq. 22).
   * q = 1 - z in [2^-53, 1]; writes per mode mean factor m, deviation s and their derivatives by z.
   * At q = 1 (the prior) m = 0 and s = 1; as q goes to 0 (the data) m goes to 1. s > 0 everywhere.
   * A source with its own path takes no noise stage, and without HIFM_STAGE_HESSIAN no stage with
   * HIFM_STAGE_RATES: its path does not depend on rates. */
  void (*path)(const void *self, const hifm_spectrum *spectrum, double q, double *m, double *s,
               double *dm, double *ds);
} hifm_flow_ops;

#ifdef __cplusplus
}
#endif
#endif
