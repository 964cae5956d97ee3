/* Importance weights w = exp(-U(x)) / q(x) of points x, where q is the density of a flow and
 * exp(-U) / Z the one that it should have. All from the logarithms of the weights. */
#ifndef JOB_IMPORTANCE_H
#define JOB_IMPORTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct importance {
  double ess;               /* Kish's effective sample size (sum w)^2 / sum w^2, as a share of n */
  double ess_low, ess_high; /* its 95 % interval by bootstrap */
  double ess_clipped;       /* the same where weights above IMPORTANCE_QUANTILE are cut to it */
  double largest;           /* share of the largest weight in the sum */
  double log_z, log_z_se;   /* log of the mean weight, an estimate of log Z */
} importance;

#define IMPORTANCE_QUANTILE 0.998

/* log_w [n] of points drawn from q; -INFINITY: a weight of 0. All are NAN where n is 0, no weight
 * is positive, or a log is NAN or INFINITY. seed: of the bootstrap. */
importance importance_of(const double *log_w, size_t n, uint32_t seed);

/* The weights themselves, scaled to a mean of 1, into w [n]; false where importance_of gives NAN. */
bool importance_weights(const double *log_w, size_t n, double *w);

#endif
