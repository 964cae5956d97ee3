/* The learned flow as an ordinary differential equation for n points at once, solved by the solver
 * plugin of a measurement. NFE counts evaluations for all points together, as the paper does. */
#ifndef JOB_FLOW_ODE_H
#define JOB_FLOW_ODE_H

#include "base/failure.h"
#include "hifm/solver.h"
#include "host/network.h"
#include "job/settings.h"

/* With v_z the field is v_y / v_z, but v_z is 0 at z = 1 (eq. 21): integrals stop short of it. */
#define FLOW_ODE_Z_GAP 1e-5

/* z at the end where the data are: 1, or 1 - FLOW_ODE_Z_GAP for a network that answers v_z. */
double flow_ode_data_end(const network *net);

typedef struct flow_ode {
  network *net;
  const float *w;
  const measure_settings *settings; /* solver, max_attempts, divergence, probes */
  size_t n, d;
  bool with_divergence, with_length;
  float *x, *v;                 /* [n, d] each */
  float *divergence, *estimate; /* [n] each */
  float *probes;                /* [probes, n, d], Hutchinson's estimate only */
} flow_ode;

/* dy/dz = v for y [n, d]. The network, weights and settings must outlive it. */
void flow_ode_open(flow_ode *f, network *net, const float *w, const measure_settings *settings,
                   size_t n);
/* The same with dl/dz = -div v for l [n] behind y, exact or by Hutchinson's estimate with probes
 * drawn from the seed, one set for the whole solve. */
void flow_ode_open_density(flow_ode *f, network *net, const float *w,
                           const measure_settings *settings, size_t n, uint32_t seed);
/* From now on also ds/dz = |v| for s [n] behind all else: how long the path of each point is. */
void flow_ode_add_length(flow_ode *f);
void flow_ode_close(flow_ode *f);

/* Numbers of a state: y [n, d], l [n] with the density, s [n] with the length. */
size_t flow_ode_size(const flow_ode *f);

/* Takes a state in place from z = from to z = to. STATUS_DIVERGED where the solver gives up,
 * STATUS_INTERRUPTED after a signal. */
status_code flow_ode_integrate(flow_ode *f, double from, double to, double *y,
                               hifm_solve_stats *stats, failure *err);

#endif
