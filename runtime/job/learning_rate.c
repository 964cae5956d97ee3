#include "job/learning_rate.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

/* The part of the decay that is done before step k, from 0 to 1. */
static double decayed(const optimizer_settings *set, uint64_t steps, uint64_t k) {
  if (k <= set->warmup || steps <= set->warmup + 1) return 0;
  return (double)(k - set->warmup) / (double)(steps - 1 - set->warmup);
}

double learning_rate(const optimizer_settings *set, uint64_t steps, uint64_t k) {
  const double lr = set->lr, t = decayed(set, steps, k);
  if (k < set->warmup) return lr * (double)k / (double)set->warmup;
  switch (set->schedule) {
  case SCHEDULE_COSINE:
    return lr * ((1 - set->final) * 0.5 * (1 + cos(PI * t)) + set->final);
  case SCHEDULE_LINEAR:
    return lr * (1 + (set->final - 1) * t);
  case SCHEDULE_EXPONENTIAL:
    return lr * pow(set->final, t);
  default:
    return lr;
  }
}
