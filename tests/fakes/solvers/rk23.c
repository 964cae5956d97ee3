/* Sound: the 3(2) pair of Bogacki and Shampine (1989), as a table for the common step control. */
#include "../../../plugins/solvers/adaptive_step.h"

static const adaptive_table TABLE = {.name = "rk23",
                                     .stages = 3,
                                     .error_order = 2,
                                     .c = {0, 1.0 / 2, 3.0 / 4},
                                     .a = {{0}, {1.0 / 2}, {0, 3.0 / 4}},
                                     .b = {2.0 / 9, 1.0 / 3, 4.0 / 9},
                                     .e = {5.0 / 72, -1.0 / 12, -1.0 / 9, 1.0 / 8}};

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

HIFM_PLUGIN(solver, HIFM_SOLVER, adaptive_step, .revision = 1, .name = "rk23",
            .summary = "Bogacki-Shampine 3(2), adaptive", .params = params,
            .ops = {.solver = &ops});
