/* RK45 as SciPy's solve_ivp has it (Dormand and Prince 1980), reproduced step by step so that NFE
 * means what it means in the paper: 2 + 6 per attempt. */
#include "adaptive_step.h"

static const adaptive_table TABLE = {
    .name = "rk45",
    .stages = 6,
    .error_order = 4,
    .c = {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1},
    .a = {{0},
          {1.0 / 5},
          {3.0 / 40, 9.0 / 40},
          {44.0 / 45, -56.0 / 15, 32.0 / 9},
          {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
          {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656}},
    .b = {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
    .e = {-71.0 / 57600, 0, 71.0 / 16695, -71.0 / 1920, 17253.0 / 339200, -22.0 / 525, 1.0 / 40}};

static size_t scratch(const void *self, size_t size) {
  (void)self;
  return adaptive_scratch(&TABLE, size);
}

static hifm_status advance(const void *self, const hifm_problem *problem, double t0, double t1,
                           double *y, double *memory, hifm_solve_stats *stats, hifm_error *err) {
  return adaptive_advance(&TABLE, self, problem, t0, t1, y, memory, stats, err);
}

static const hifm_param params[] = {
    HIFM_PARAM_REAL(adaptive_step, rtol, 1e-2, 2.3e-14, 1, "relative tolerance"),
    HIFM_PARAM_REAL(adaptive_step, atol, 1e-2, HIFM_POSITIVE, 1e6, "absolute tolerance"),
    HIFM_PARAM_END};

static const hifm_solver_ops ops = {.scratch = scratch, .advance = advance};

HIFM_PLUGIN(solver, HIFM_SOLVER, adaptive_step, .revision = 1, .name = "rk45",
            .summary = "Dormand-Prince 5(4), adaptive, the same steps as SciPy's RK45",
            .params = params, .ops = {.solver = &ops});
