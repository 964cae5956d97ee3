/* Convergence of several chains: split R-hat and effective sample size (Vehtari et al. 2021). */
#ifndef JOB_DIAGNOSTICS_H
#define JOB_DIAGNOSTICS_H

#include <stddef.h>

/* Chains with a larger R-hat have not converged. */
#define DIAGNOSTICS_RHAT_MAX 1.01

/* Of x [chains, draws]: split R-hat, and the effective sample size by Geyer's initial monotone
 * sequence over all chains, each cut in halves. Both are NAN below 4 draws, R-hat also where
 * nothing varies. */
double diagnostics_rhat(const double *x, size_t chains, size_t draws);
double diagnostics_ess(const double *x, size_t chains, size_t draws);

#endif
