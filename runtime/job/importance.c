#include "job/importance.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "hifm/rng.h"

#include <math.h>
#include <stdlib.h>

enum { RESAMPLES = 400 };

/* Kish 1965: (sum w)^2 / sum w^2, of weights [n], as a share. */
static double share_of(double sum, double squares, size_t n) {
  return sum * sum / squares / (double)n;
}

static double effective_share(const double *w, size_t n) {
  double sum = 0, squares = 0;
  for (size_t i = 0; i < n; i++) {
    sum += w[i];
    squares += w[i] * w[i];
  }
  return share_of(sum, squares, n);
}

/* n weights drawn from the n with replacement, RESAMPLES times: the interval of their shares. */
static void bootstrap(const double *w, size_t n, uint32_t seed, double *low, double *high) {
  const hifm_stream stream = {seed, HIFM_RNG_BOOTSTRAP};
  double shares[RESAMPLES];
  for (uint64_t k = 0; k < RESAMPLES; k++) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
      const double drawn = w[hifm_below(stream, k, (uint32_t)i, n)];
      sum += drawn;
      squares += drawn * drawn;
    }
    shares[k] = squares > 0 ? share_of(sum, squares, n) : 0;
  }
  qsort(shares, RESAMPLES, sizeof *shares, numbers_ascend);
  *low = shares[RESAMPLES / 40];
  *high = shares[RESAMPLES - 1 - RESAMPLES / 40];
}

/* sorted: ascending; the largest are cut in place. */
static double clipped_share(double *sorted, size_t n) {
  const double highest = sorted[(size_t)(IMPORTANCE_QUANTILE * (double)(n - 1))];
  for (size_t i = 0; i < n; i++) sorted[i] = fmin(sorted[i], highest);
  return effective_share(sorted, n);
}

/* The largest logarithm; NAN where the weights say nothing. */
static double largest_log(const double *log_w, size_t n) {
  double largest = -INFINITY;
  for (size_t i = 0; i < n; i++) {
    if (isnan(log_w[i])) return NAN;
    largest = fmax(largest, log_w[i]);
  }
  return isfinite(largest) ? largest : NAN;
}

importance importance_of(const double *log_w, size_t n, uint32_t seed) {
  importance out = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  const double largest = largest_log(log_w, n);
  if (isnan(largest)) return out;
  double *w = memory_array(n, sizeof *w), sum = 0, squares = 0;
  for (size_t i = 0; i < n; i++) {
    w[i] = exp(log_w[i] - largest); /* the largest is 1: no overflow */
    sum += w[i];
    squares += w[i] * w[i];
  }
  out.ess = share_of(sum, squares, n);
  out.largest = 1 / sum;
  out.log_z = largest + log(sum / (double)n);
  /* By the delta method: the relative variance of the weights is 1 / ess - 1. */
  out.log_z_se = sqrt((1 / out.ess - 1) / (double)n);
  bootstrap(w, n, seed, &out.ess_low, &out.ess_high);
  qsort(w, n, sizeof *w, numbers_ascend);
  out.ess_clipped = clipped_share(w, n);
  free(w);
  return out;
}

bool importance_weights(const double *log_w, size_t n, double *w) {
  const double largest = largest_log(log_w, n);
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += w[i] = exp(log_w[i] - largest);
  for (size_t i = 0; i < n; i++) w[i] *= (double)n / sum;
  return !isnan(largest);
}
