/* Hamiltonian Monte Carlo on any energy: equilibrium samples of exp(-V) for data sets.
 *
 * Many independent chains; in each, leapfrog trajectories with a Metropolis test, a step size tuned
 * in the warm-up and then fixed, a random trajectory length. Centred domains move in the subspace
 * of zero centre of mass. Every draw is keyed by (seed, chain, transition). */
#ifndef JOB_SAMPLER_H
#define JOB_SAMPLER_H

#include "base/failure.h"
#include "host/energy.h"
#include "job/chain_places.h"

typedef struct sampler_settings {
  uint64_t chains, warmup, thin; /* thin: transitions between two kept samples */
  uint64_t leapfrog;             /* longest trajectory, in steps */
  double acceptance;             /* aim of the tuning */
  double spread;                 /* standard deviation of the starting points */
  uint32_t seed;
} sampler_settings;

typedef struct sampler_report {
  double step, acceptance; /* leapfrog step after tuning; accepted fraction after the warm-up */
  double rhat_energy, rhat_radius;    /* split R-hat over chains of V and of |y|^2 */
  double ess_energy, ess_radius;      /* effective sample sizes over all chains */
  chain_places places;                /* both, of coordinates or distances */
  double mean_energy, mean_energy_se; /* se from the effective sample size */
  double mean_radius, mean_radius_se; /* of |y|^2 */
  double mean_gradient2,
      mean_laplacian; /* <|grad V|^2> and <trace of the Hessian>: equal in theory */
  double mean_gradient2_se, mean_laplacian_se;
} sampler_report;

/* STATUS_BAD_CONFIG for an ANCHORED energy, whose exp(-V) is not a density. */
status_code sampler_check(const energy *e, failure *err);

/* Writes samples [chains * draws, d], chain by chain (row chain * draws + draw), and the report.
 * `stop` (may be NULL) is called with the fraction done and may return true: STATUS_INTERRUPTED.
 * STATUS_DIVERGED where a chain finds no finite start or nothing is accepted; else as
 * sampler_check. */
status_code sampler_run(energy *e, const sampler_settings *settings, uint64_t draws,
                        bool (*stop)(double fraction), double *samples, sampler_report *report,
                        failure *err);

#endif
