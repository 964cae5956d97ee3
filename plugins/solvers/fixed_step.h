/* Explicit Runge-Kutta methods with equal steps: one loop over a coefficient table. */
#ifndef FIXED_STEP_H
#define FIXED_STEP_H

#include "hifm/solver.h"

#include <string.h>

enum { FIXED_STAGES_MAX = 4 };

typedef struct fixed_step {
  uint64_t steps;
} fixed_step;

typedef struct fixed_table {
  size_t stages;
  double a[FIXED_STAGES_MAX][FIXED_STAGES_MAX - 1], b[FIXED_STAGES_MAX], c[FIXED_STAGES_MAX];
} fixed_table;

static inline void fixed_combine(size_t size, size_t count, const double *weights, double h,
                                 const double *y, double *const *k, double *out) {
  for (size_t i = 0; i < size; i++) {
    double sum = 0;
    for (size_t j = 0; j < count; j++) sum += weights[j] * k[j][i];
    out[i] = y[i] + h * sum;
  }
}

static inline hifm_status fixed_advance(const fixed_table *table, uint64_t steps,
                                        const hifm_problem *problem, double t0, double t1,
                                        double *y, double *scratch, hifm_solve_stats *stats,
                                        hifm_error *err) {
  const size_t size = problem->size;
  const double h = (t1 - t0) / (double)steps;
  double *next = scratch, *k[FIXED_STAGES_MAX];
  for (size_t j = 0; j < FIXED_STAGES_MAX; j++) k[j] = scratch + (j + 1) * size;
  memset(stats, 0, sizeof *stats);
  if (t0 == t1) return HIFM_OK;
  for (uint64_t n = 0; n < steps; n++) {
    const double t = t0 + h * (double)n;
    if (problem->max_attempts && stats->attempts >= problem->max_attempts)
      return hifm_fail(err, HIFM_DIVERGED, "%llu steps tried, the end is not reached (t = %g)",
                       (unsigned long long)stats->attempts, t);
    stats->attempts++;
    for (size_t j = 0; j < table->stages; j++) {
      fixed_combine(size, j, table->a[j], h, y, k, next);
      stats->nfev++;
      hifm_status status = problem->slope(problem->context, t + table->c[j] * h, next, k[j], err);
      if (status != HIFM_OK) return status;
    }
    fixed_combine(size, table->stages, table->b, h, y, k, next);
    memcpy(y, next, size * sizeof *y);
    stats->accepted++;
    if (problem->accepted) problem->accepted(problem->context, t0 + h * (double)(n + 1), y);
  }
  return HIFM_OK;
}

static inline size_t fixed_scratch(const void *self, size_t size) {
  (void)self;
  return (FIXED_STAGES_MAX + 1) * size;
}

#endif
