/* Negative log-likelihood of points under the learned flow (Lipman et al. 2022, App. C). */
#ifndef JOB_LIKELIHOOD_H
#define JOB_LIKELIHOOD_H

#include "base/failure.h"
#include "hifm/solver.h"
#include "host/network.h"
#include "job/settings.h"

/* With v_z the field is v_y / v_z, but v_z is 0 at z = 1 (eq. 21): the integral begins short of it.
 */
#define LIKELIHOOD_Z_GAP 1e-5

/* Where it begins: 1, or 1 - LIKELIHOOD_Z_GAP for a network that answers v_z. */
double likelihood_start(const network *net);

typedef struct likelihood {
  double nll, nll_se; /* mean over the points, its standard error (NaN of one point); nats */
  hifm_solve_stats stats;
  char solver[300]; /* "ok", or why the solve failed: then nll is NAN */
} likelihood;

/* Integrates d[y, l]/dz = [v, -div v] from likelihood_start to 0 as one joint system (all y, then
 * all l), so that NFE is the paper's; NLL = -log p0(y(0)) + l(0), p0 the unit normal on the
 * (centred) space. points [n, d]. Returns STATUS_OK also when the solver failed; see out->solver.
 */
status_code likelihood_measure(network *net, const float *w, const double *points, size_t n,
                               const measure_settings *set, uint32_t seed, likelihood *out,
                               failure *err);

/* Of the space where the points live: d, less the centre of mass where that is fixed. */
double likelihood_dimensions(const hifm_domain *domain);

/* What the points [n, d] would give without any training: under the flow that does nothing, and
 * under the normal, equal in all directions of the (centred) space, that suits them best. */
void likelihood_baselines(const hifm_domain *domain, const double *points, size_t n,
                          double *identity, double *gaussian);

#endif
