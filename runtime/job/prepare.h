/* Jobs that make what runs share: data sets and eigendecompositions. */
#ifndef JOB_PREPARE_H
#define JOB_PREPARE_H

#include "job/job.h"

/* "data": samples an energy (mcmc) or reads a file (file); writes train.npy, test.npy, result.json.
 * Training and test points are disjoint: chains of their own, or rows that repeat a test point left
 * out. */
hifm_status prepare_data(arena *a, const job *work, hifm_error *err);

/* "modes": eigenvalues and eigenvectors of the energy's Hessian at the first `train` points; writes
 * alpha.npy, basis.npy, result.json. config: { "dataset", "energy" }. */
hifm_status prepare_modes(arena *a, const job *work, hifm_error *err);

/* The energy of a setting, refused where points are particles and it does not declare that it
 * TRANSLATES (its Hessian would see the centre of mass). */
hifm_status prepare_energy(arena *a, const value *config, const hifm_domain *domain,
                           hifm_bound *out, hifm_error *err);

#endif
