#include "host/solver.h"

#include "base/memory.h"
#include "host/plugin_status.h"
#include "host/surroundings.h"

#include <stdlib.h>

/* A right-hand side of the runtime, and how it failed if it did: plugins have fewer codes. */
typedef struct slope_call {
  const solver_problem *problem;
  status_code status;
  failure why;
} slope_call;

static hifm_status call_slope(void *context, double t, const double *y, double *dy,
                              hifm_error *err) {
  slope_call *call = context;
  const solver_problem *problem = call->problem;
  call->status = problem->slope(problem->context, t, y, dy, &call->why);
  return plugin_status_out(call->status, &call->why, err);
}

status_code solver_advance(const hifm_bound *solver, const solver_problem *problem, double t0,
                           double t1, double *y, hifm_solve_stats *stats, failure *err) {
  const hifm_solver_ops *ops = solver->plugin->ops.solver;
  slope_call call = {.problem = problem};
  const hifm_problem inner = {.size = problem->size,
                              .slope = call_slope,
                              .context = &call,
                              .max_attempts = problem->max_attempts};
  double *scratch = memory_array(ops->scratch(solver->self, problem->size), sizeof *scratch);
  hifm_error why = {.message = ""};
  const hifm_status status = ops->advance(solver->self, &inner, t0, t1, y, scratch, stats, &why);
  surroundings_keep_numbers(solver->plugin->name, "advance");
  free(scratch);
  if (status != HIFM_OK && call.status != STATUS_OK)
    return failure_set(err, call.status, "%s", call.why.message);
  return plugin_status_in(status, &why, err);
}
