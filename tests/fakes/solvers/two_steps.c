/* Sound: Euler's method in two steps, which is all the solver there is. */
#include "hifm/solver.h"

static size_t scratch(const void *self, size_t size) {
  (void)self;
  return size;
}

static hifm_status advance(const void *self, const hifm_problem *problem, double t0, double t1,
                           double *y, double *slope, hifm_solve_stats *stats, hifm_error *err) {
  const double h = (t1 - t0) / 2;
  (void)self;
  *stats = (hifm_solve_stats){0};
  for (int n = 0; n < 2 && h != 0; n++) {
    if (problem->max_attempts && stats->attempts == problem->max_attempts)
      return hifm_fail(err, HIFM_DIVERGED, "no more attempts");
    stats->nfev++;
    hifm_status status = problem->slope(problem->context, t0 + n * h, y, slope, err);
    if (status != HIFM_OK) return status;
    for (size_t i = 0; i < problem->size; i++) y[i] += h * slope[i];
    stats->attempts++;
    stats->accepted++;
    if (problem->accepted) problem->accepted(problem->context, n ? t1 : t0 + h, y);
  }
  return HIFM_OK;
}

static const hifm_solver_ops ops = {.scratch = scratch, .advance = advance};

HIFM_PLUGIN(solver, HIFM_SOLVER, char, .revision = 1, .name = "two_steps",
            .summary = "Euler's method in two steps", .ops = {.solver = &ops});
