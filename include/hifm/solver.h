/* Solvers of dy/dt = f(t, y): double, one joint system (its error norm is over all components). */
#ifndef HIFM_SOLVER_H
#define HIFM_SOLVER_H

#include "hifm/plugin.h"

typedef struct hifm_problem {
  size_t size;
  /* dy [size]; a status other than HIFM_OK ends the solve with it. */
  hifm_status (*slope)(void *context, double t, const double *y, double *dy, hifm_error *err);
  /* Optional: called after each accepted step with the new t and y. */
  void (*accepted)(void *context, double t, const double *y);
  void *context;
  uint64_t max_attempts; /* steps tried before the solve fails; 0: no limit */
} hifm_problem;

typedef struct hifm_solve_stats {
  uint64_t nfev, attempts, accepted, rejected;
} hifm_solve_stats;

typedef struct hifm_solver_ops {
  /* Doubles of scratch for a system of `size`. */
  size_t (*scratch)(const void *self, size_t size);
  /* Takes y from t0 to t1 (either direction) in place. On failure y is the last accepted state and
   * the statistics count what was done. */
  hifm_status (*advance)(const void *self, const hifm_problem *problem, double t0, double t1,
                         double *y, double *scratch, hifm_solve_stats *stats, hifm_error *err);
} hifm_solver_ops;

#endif
