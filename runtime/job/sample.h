/* Samples of a learned flow: noise taken from z = 0 to z = 1. */
#ifndef JOB_SAMPLE_H
#define JOB_SAMPLE_H

#include "base/failure.h"
#include "host/network.h"
#include "job/settings.h"

/* Points are integrated in blocks of this many, each block as one joint system: a solver chooses
 * its steps for a block as a whole. A block is always full, so that sample i does not depend on how
 * many are asked for. The network must serve so many points, SAMPLE_BLOCK_MOST at most. */
enum { SAMPLE_BLOCK_MOST = 128 };
size_t sample_block(const hifm_domain *domain);

typedef struct sample_request {
  network *net;
  const float *w;
  const measure_settings *settings;
  uint32_t seed;
  size_t count, steps; /* samples; states after the first */
  double *log_density; /* [count]: log q of each sample; NULL: not asked for */
  double *lengths;     /* [count]: integral of |v| dz along each path; NULL: not asked for */
} sample_request;

/* Draws y(0) ~ N(0, I), sample i from (seed, i), on the (centred) space of the network's points,
 * and integrates dy/dz = v from z = 0 to 1. The steps + 1 states at z = 0, 1/steps, ..., 1
 * (flow_ode_data_end for 1) go to y [steps + 1, count, d]; *nfe: evaluations of v for a block, the
 * mean over blocks. log q = log p0(y(0)) - integral of div v dz and the lengths come from the same
 * integration, whose steps then heed their errors, too. STATUS_DIVERGED where the solver failed or
 * y(1) of a block is not finite, STATUS_INTERRUPTED after a signal. */
status_code sample_draw(const sample_request *request, double *y, double *nfe, failure *err);

#endif
