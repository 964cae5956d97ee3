/* Samples of a learned flow: noise taken from z = 0 to z = 1. */
#ifndef JOB_SAMPLE_H
#define JOB_SAMPLE_H

#include "base/failure.h"
#include "host/network.h"
#include "job/settings.h"

typedef struct sample_request {
  network *net;
  const float *w;
  const measure_settings *settings;
  uint32_t seed;
  size_t count, steps; /* samples; states after the first */
} sample_request;

/* Draws y(0) ~ N(0, I), sample i from (seed, i), on the (centred) space of the network's points,
 * and integrates dy/dz = v from z = 0 to 1 as one joint system. The steps + 1 states at z = 0,
 * 1/steps, ..., 1 (flow_ode_data_end for 1) go to y [steps + 1, count, d]; *nfe counts evaluations
 * of v. STATUS_DIVERGED where the solver failed or y(1) is not finite, STATUS_INTERRUPTED after a
 * signal. */
status_code sample_draw(const sample_request *request, double *y, uint64_t *nfe, failure *err);

#endif
