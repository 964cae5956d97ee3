#include "host/solver.h"

#include "base/memory.h"
#include "host/plugin_status.h"

#include <stdlib.h>

static hifm_status call_slope(void *context, double t, const double *y, double *dy,
                              hifm_error *err) {
  const solver_problem *problem = context;
  failure why = {.message = ""};
  const status_code status = problem->slope(problem->context, t, y, dy, &why);
  return plugin_status_out(status, &why, err);
}

status_code solver_advance(const hifm_bound *solver, const solver_problem *problem, double t0,
                           double t1, double *y, hifm_solve_stats *stats, failure *err) {
  const hifm_solver_ops *ops = solver->plugin->ops.solver;
  const hifm_problem inner = {.size = problem->size,
                              .slope = call_slope,
                              .context = (void *)(uintptr_t)problem,
                              .max_attempts = problem->max_attempts};
  double *scratch = memory_array(ops->scratch(solver->self, problem->size), sizeof *scratch);
  hifm_error why = {.message = ""};
  const hifm_status status = ops->advance(solver->self, &inner, t0, t1, y, scratch, stats, &why);
  free(scratch);
  return plugin_status_in(status, &why, err);
}
