/* How well a flow q samples exp(-U) / Z: what its importance weights say, where U is known.
 *
 * Samples x ~ q have log w = -U(x) - log q(x), and so have the test points x ~ exp(-U) / Z. All
 * densities are with respect to the (centred) space of the points, as the NLL is.
 *
 * The path of a sample has the length L = integral of |v(y(z), z)| dz from z = 0 to the data's end,
 * and its ends the distance D = |y(1) - y(0)|. L >= D, and L = D where the path is straight. */
#ifndef JOB_SCORECARD_H
#define JOB_SCORECARD_H

#include "base/failure.h"
#include "host/energy.h"
#include "job/histogram.h"
#include "job/sample.h"

typedef struct scorecard_request {
  network *net;
  const float *w;
  const measure_settings *settings; /* samples > 0; the solver */
  uint32_t seed;
  energy *target;
  const double *points; /* [count, d]: test points */
  const double *nll;    /* [count]: -log q of each */
  size_t count;
} scorecard_request;

typedef struct scorecard {
  double samples;                                             /* how many: the ESS depends on it */
  double ess, ess_low, ess_high, ess_clipped, largest_weight; /* job/importance.h */
  double log_z, log_z_se;                                     /* importance sampling */
  double log_z_bennett, log_z_bennett_se;                     /* job/bennett.h */
  double entropy, entropy_se;         /* of the target, mean U + log Z: the floor of the NLL */
  double kl_forward, kl_forward_se;   /* KL(target | q), mean log w of the test points - log Z */
  double kl_reverse, kl_reverse_se;   /* KL(q | target), log Z - mean log w of the samples */
  double energy_w1;                   /* Wasserstein-1 distance of U: samples, test points */
  double distance_w1;                 /* the same of all pair distances; NAN without particles */
  double path_length, path_length_se; /* mean L */
  double path_ratio, path_ratio_se;   /* mean L / mean D */
  histogram energies, distances;      /* the latter without data where there are no particles */
} scorecard;

/* Draws the samples. log Z of entropy and KL is Bennett's. STATUS_DIVERGED where the solver failed,
 * the status of the energy where it did; else STATUS_OK, with NAN where a number does not exist. */
status_code scorecard_measure(const scorecard_request *request, scorecard *out, failure *err);

#endif
