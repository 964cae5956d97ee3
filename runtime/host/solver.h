/* Any solver plugin on a right-hand side of the runtime. */
#ifndef HOST_SOLVER_H
#define HOST_SOLVER_H

#include "base/failure.h"
#include "hifm/solver.h"

/* dy/dt = slope(t, y) for y, dy [size]; a status other than STATUS_OK ends the solve with it. */
typedef struct solver_problem {
  size_t size;
  status_code (*slope)(void *context, double t, const double *y, double *dy, failure *err);
  void *context;
  uint64_t max_attempts; /* steps tried before the solve fails; 0: no limit */
} solver_problem;

/* Takes y from t0 to t1 in place, as hifm_solver_ops.advance does: after a failure y is the last
 * accepted state. STATUS_DIVERGED where the solver gives up, or the status of slope. Source: the
 * solver plugin; scratch memory is taken and released here. */
status_code solver_advance(const hifm_bound *solver, const solver_problem *problem, double t0,
                           double t1, double *y, hifm_solve_stats *stats, failure *err);

#endif
