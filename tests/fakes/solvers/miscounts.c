/* Euler's method in 100 steps that counts one evaluation less than it asks for, and that ignores
 * max_attempts. */
#include "hifm/solver.h"

static size_t scratch(const void *self, size_t size) {
  (void)self;
  return size;
}

static hifm_status advance(const void *self, const hifm_problem *problem, double t0, double t1,
                           double *y, double *slope, hifm_solve_stats *stats, hifm_error *err) {
  const int steps = 100;
  const double h = (t1 - t0) / steps;
  (void)self;
  *stats = (hifm_solve_stats){0};
  for (int n = 0; n < steps; n++) {
    hifm_status status = problem->slope(problem->context, t0 + n * h, y, slope, err);
    if (status != HIFM_OK) return status;
    for (size_t i = 0; i < problem->size; i++) y[i] += h * slope[i];
    if (problem->accepted) problem->accepted(problem->context, t0 + (n + 1) * h, y);
    stats->nfev += n > 0;
    stats->attempts++;
    stats->accepted++;
  }
  return HIFM_OK;
}

static const hifm_solver_ops ops = {.scratch = scratch, .advance = advance};

HIFM_PLUGIN(solver, HIFM_SOLVER, char, .revision = 1, .name = "miscounts",
            .summary = "one evaluation too few in its statistics", .ops = {.solver = &ops});
