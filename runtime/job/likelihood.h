/* Negative log-likelihood of points under the learned flow (Lipman et al. 2022, App. C). */
#ifndef JOB_LIKELIHOOD_H
#define JOB_LIKELIHOOD_H

#include "base/failure.h"
#include "hifm/solver.h"
#include "host/network.h"
#include "job/settings.h"

/* Weights, and the points whose likelihood is asked for. */
typedef struct likelihood_request {
  network *net;
  const float *w;
  const double *points; /* [count, d] */
  size_t count;
  const measure_settings *settings;
  uint32_t seed; /* of Hutchinson's probes */
  double *each;  /* [count]: the NLL of each point; NULL: not asked for */
} likelihood_request;

typedef struct likelihood {
  double nll, nll_se; /* mean over the points, its standard error (NaN of one point); nats */
  hifm_solve_stats stats;
  char solver[300]; /* "ok", or why the solve failed: then nll is NAN */
} likelihood;

/* Integrates d[y, l]/dz = [v, -div v] from flow_ode_data_end to 0 as one joint system (all y, then
 * all l), so that NFE is the paper's; NLL = -log p0(y(0)) + l(0), p0 the unit normal on the
 * (centred) space. Returns STATUS_OK also where the solver failed; see out->solver. */
status_code likelihood_measure(const likelihood_request *request, likelihood *out, failure *err);

/* -log p0(y), y [d], of the unit normal on the (centred) space. */
double likelihood_prior(const hifm_domain *domain, const double *y);

/* Of the space of the points: d, less the centre of mass where that is fixed. */
double likelihood_dimensions(const hifm_domain *domain);

/* What the points [n, d] give without training: under the flow that does nothing, and under the
 * isotropic normal on the (centred) space that fits them best. */
void likelihood_baselines(const hifm_domain *domain, const double *points, size_t n,
                          double *identity, double *gaussian);

#endif
