#include "job/bennett.h"

#include <math.h>
#include <stdbool.h>

/* The points of both sides; shift: log(m / n). */
typedef struct sides {
  const double *flow, *target;
  size_t n, m;
  double shift;
} sides;

/* The probability that a point of the mixture of all points is one of the target's: by Bayes
 * m p / (m p + n q), with log(p / q) = log w - log Z. */
static double is_target(const sides *s, double log_w, double log_z) {
  return 1 / (1 + exp(log_z - log_w - s->shift));
}

/* sum_flow P(target) - sum_target P(flow): falls with log Z, and is 0 at the estimate. */
static double imbalance(const sides *s, double log_z) {
  double sum = 0;
  for (size_t i = 0; i < s->n; i++) sum += is_target(s, s->flow[i], log_z);
  for (size_t i = 0; i < s->m; i++) sum -= 1 - is_target(s, s->target[i], log_z);
  return sum;
}

/* Widens [low, high] to the finite logarithms; false where there is a NAN or no finite one. */
static bool widen(const double *log_w, size_t n, double *low, double *high) {
  bool any = false;
  for (size_t i = 0; i < n; i++) {
    if (isnan(log_w[i])) return false;
    if (!isfinite(log_w[i])) continue;
    *low = fmin(*low, log_w[i]);
    *high = fmax(*high, log_w[i]);
    any = true;
  }
  return any;
}

/* By bisection, to the last bit: each step halves an interval of some hundred nats. */
static double solve(const sides *s, double low, double high) {
  for (int step = 0; step < 100; step++) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (imbalance(s, middle) > 0)
      low = middle;
    else
      high = middle;
  }
  return low + (high - low) / 2;
}

/* Fisher information of the logistic regression less what the fixed numbers of points add. */
static double standard_error(const sides *s, double log_z) {
  double information = 0;
  for (size_t i = 0; i < s->n; i++) {
    const double p = is_target(s, s->flow[i], log_z);
    information += p * (1 - p);
  }
  for (size_t i = 0; i < s->m; i++) {
    const double p = is_target(s, s->target[i], log_z);
    information += p * (1 - p);
  }
  const double variance = 1 / information - 1 / (double)s->n - 1 / (double)s->m;
  return sqrt(fmax(variance, 0)); /* 0 up to rounding where q is the target */
}

bennett_estimate bennett_of(const double *log_w_flow, size_t n, const double *log_w_target,
                            size_t m) {
  const sides s = {log_w_flow, log_w_target, n, m, log((double)m / (double)n)};
  double low = INFINITY, high = -INFINITY;
  if (!widen(log_w_flow, n, &low, &high) || !widen(log_w_target, m, &low, &high))
    return (bennett_estimate){NAN, NAN};
  const double margin = 50 + fabs(s.shift);
  const double log_z = solve(&s, low - margin, high + margin);
  return (bennett_estimate){log_z, standard_error(&s, log_z)};
}
