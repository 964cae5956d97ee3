/* The classical method (Kutta 1901; Hairer, Norsett, Wanner, table II.1.2). */
#include "fixed_step.h"

static const fixed_table TABLE = {.stages = 4,
                                  .a = {{0}, {0.5}, {0, 0.5}, {0, 0, 1}},
                                  .b = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6},
                                  .c = {0, 0.5, 0.5, 1}};

static hifm_status advance(const void *self, const hifm_problem *problem, double t0, double t1,
                           double *y, double *scratch, hifm_solve_stats *stats, hifm_error *err) {
  return fixed_advance(&TABLE, ((const fixed_step *)self)->steps, problem, t0, t1, y, scratch,
                       stats, err);
}

static const hifm_param params[] = {
    HIFM_PARAM_COUNT(fixed_step, steps, 25, 1, 1e9, "steps from one end to the other"),
    HIFM_PARAM_END};

static const hifm_solver_ops ops = {.scratch = fixed_scratch, .advance = advance};

HIFM_PLUGIN(solver, HIFM_SOLVER, fixed_step, .revision = 1, .name = "rk4",
            .summary = "the classical Runge-Kutta method, order 4, equal steps", .params = params,
            .ops = {.solver = &ops});
