/* Solvers of dy/dt = f(t, y): double, one joint system (its error norm is over all components). */
#ifndef HIFM_SOLVER_H
#define HIFM_SOLVER_H

#include "hifm/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hifm_problem {
  size_t size;
  /* Writes dy [size]. A status other than HIFM_OK ends the solve: advance returns it unchanged,
   * with the words that slope wrote into err. */
  hifm_status (*slope)(void *context, double t, const double *y, double *dy, hifm_error *err);
  /* To be called after each accepted step with the new t and y. NULL: do not call it. */
  void (*accepted)(void *context, double t, const double *y);
  void *context;         /* for the two above */
  uint64_t max_attempts; /* steps tried before the solve fails; 0: no limit */
} hifm_problem;

/* Set by advance, also when it fails; what they hold before is of no interest. */
typedef struct hifm_solve_stats {
  uint64_t nfev;                         /* calls of slope, the failing one included */
  uint64_t attempts, accepted, rejected; /* steps; attempts = accepted + rejected, and one more
                                            where slope failed within a step */
} hifm_solve_stats;

typedef struct hifm_solver_ops {
  /* Doubles of scratch for a system of `size`. */
  size_t (*scratch)(const void *self, size_t size);
  /* Takes y [size] from t0 to t1 in place; t1 may be below t0. t0 == t1 leaves y alone and does not
   * call slope. The last accepted t is t1 up to rounding. After a failure y is the last accepted
   * state.
   *
   * A solver that gives up returns HIFM_DIVERGED: after max_attempts steps, when the step is too
   * small for t to change, when y or the slope is not finite. A solver with equal steps need not
   * look at the numbers: a slope of NaN then gives a y of NaN, which the host sees. */
  hifm_status (*advance)(const void *self, const hifm_problem *problem, double t0, double t1,
                         double *y, double *scratch, hifm_solve_stats *stats, hifm_error *err);
} hifm_solver_ops;

#ifdef __cplusplus
}
#endif
#endif
