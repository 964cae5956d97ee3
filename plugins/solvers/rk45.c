/* RK45 as SciPy's solve_ivp has it (Dormand and Prince 1980; Hairer, Norsett, Wanner II.4 for the
 * first step), reproduced step by step so that NFE means what it means in the paper: 2 + 6 per
 * attempt. */
#include "hifm/solver.h"

#include <string.h>

enum { STAGES = 6 };

typedef struct rk45 {
  double rtol, atol;
} rk45;

static const double C[STAGES] = {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1};
static const double A[STAGES][STAGES - 1] = {
    {0},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656}};
static const double B[STAGES] = {35.0 / 384,     0,        500.0 / 1113, 125.0 / 192,
                                 -2187.0 / 6784, 11.0 / 84};
static const double E[STAGES + 1] = {-71.0 / 57600,    0,           71.0 / 16695, -71.0 / 1920,
                                     17253.0 / 339200, -22.0 / 525, 1.0 / 40};

/* One solve: k[0] is the slope at (t, y), k[6] the slope at (t + h, next). */
typedef struct state {
  const rk45 *set;
  const hifm_problem *problem;
  hifm_solve_stats *stats;
  double *y, *next, *k[STAGES + 1];
  double t, end, direction;
} state;

static size_t scratch(const void *self, size_t size) {
  (void)self;
  return (STAGES + 2) * size;
}

static hifm_status slope(state *s, double t, const double *y, double *dy, hifm_error *err) {
  s->stats->nfev++;
  return s->problem->slope(s->problem->context, t, y, dy, err);
}

static double scale(const state *s, size_t i) {
  return s->set->atol + s->set->rtol * fabs(s->y[i]);
}

/* |x / scale| over the square root of the size */
static double norm(const state *s, const double *x) {
  double sum = 0;
  for (size_t i = 0; i < s->problem->size; i++) {
    const double part = x[i] / scale(s, i);
    sum += part * part;
  }
  return sqrt(sum) / sqrt((double)s->problem->size);
}

/* The first step's size; evaluates one slope at an Euler trial. Uses next and k[1]. */
static hifm_status first_step(state *s, double *h, hifm_error *err) {
  const size_t size = s->problem->size;
  const double interval = fabs(s->end - s->t);
  const double d0 = norm(s, s->y), d1 = norm(s, s->k[0]);
  if (!isfinite(d0 + d1))
    return hifm_fail(err, HIFM_DIVERGED, "rk45: state or slope is not finite at the start, t = %g",
                     s->t);
  const double h0 = fmin(d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : 0.01 * d0 / d1, interval);
  for (size_t i = 0; i < size; i++) s->next[i] = s->y[i] + h0 * s->direction * s->k[0][i];
  hifm_status status = slope(s, s->t + h0 * s->direction, s->next, s->k[1], err);
  if (status != HIFM_OK) return status;
  for (size_t i = 0; i < size; i++) s->k[1][i] -= s->k[0][i];
  const double d2 = norm(s, s->k[1]) / h0;
  const double h1 =
      d1 <= 1e-15 && d2 <= 1e-15 ? fmax(1e-6, h0 * 1e-3) : pow(0.01 / fmax(d1, d2), 0.2);
  *h = fmin(fmin(100 * h0, h1), interval);
  return HIFM_OK;
}

static void combine(const state *s, double h, const double *weights, size_t count) {
  for (size_t i = 0; i < s->problem->size; i++) {
    double sum = 0;
    for (size_t j = 0; j < count; j++) sum += weights[j] * s->k[j][i];
    s->next[i] = s->y[i] + h * sum;
  }
}

static hifm_status try_step(state *s, double h, hifm_error *err) {
  hifm_status status = HIFM_OK;
  for (size_t j = 1; j < STAGES && status == HIFM_OK; j++) {
    combine(s, h, A[j], j);
    status = slope(s, s->t + C[j] * h, s->next, s->k[j], err);
  }
  if (status != HIFM_OK) return status;
  combine(s, h, B, STAGES);
  return slope(s, s->t + h, s->next, s->k[STAGES], err);
}

static double error_norm(const state *s, double h) {
  double sum = 0;
  for (size_t i = 0; i < s->problem->size; i++) {
    double error = 0;
    for (size_t j = 0; j <= STAGES; j++) error += E[j] * s->k[j][i];
    const double bound = s->set->atol + s->set->rtol * fmax(fabs(s->y[i]), fabs(s->next[i]));
    sum += (error * h / bound) * (error * h / bound);
  }
  return sqrt(sum) / sqrt((double)s->problem->size);
}

static void accept(state *s, double t) {
  double *first = s->k[0];
  s->stats->accepted++;
  s->t = t;
  memcpy(s->y, s->next, s->problem->size * sizeof *s->y);
  s->k[0] = s->k[STAGES];
  s->k[STAGES] = first;
  if (s->problem->accepted) s->problem->accepted(s->problem->context, s->t, s->y);
}

/* Tries steps from s->t until one is accepted; *h_abs in and out is the size to begin with. */
static hifm_status step(state *s, double *h_abs, hifm_error *err) {
  const double min_step = 10 * fabs(nextafter(s->t, s->direction * INFINITY) - s->t);
  bool rejected = false;
  for (double size = fmax(*h_abs, min_step);;) {
    if (!(size >= min_step))
      return hifm_fail(err, HIFM_DIVERGED, "rk45: the step size fell below %g at t = %g", min_step,
                       s->t);
    if (s->problem->max_attempts && s->stats->attempts >= s->problem->max_attempts)
      return hifm_fail(err, HIFM_DIVERGED,
                       "rk45: %llu steps tried, the end is not reached (t = %g)",
                       (unsigned long long)s->stats->attempts, s->t);
    double t = s->t + size * s->direction;
    if (s->direction * (t - s->end) > 0) t = s->end;
    const double h = t - s->t;
    size = fabs(h);
    s->stats->attempts++;
    hifm_status status = try_step(s, h, err);
    if (status != HIFM_OK) return status;
    const double error = error_norm(s, h);
    if (error < 1) {
      double factor = error == 0 ? 10 : fmin(10, 0.9 * pow(error, -0.2));
      *h_abs = size * (rejected ? fmin(1, factor) : factor);
      accept(s, t);
      return HIFM_OK;
    }
    s->stats->rejected++;
    /* fmax passes over a NaN, as Python's max does: a step into a region where the slope is not
     * finite is rejected like any other */
    size *= fmax(0.2, 0.9 * pow(error, -0.2));
    rejected = true;
  }
}

static hifm_status advance(const void *self, const hifm_problem *problem, double t0, double t1,
                           double *y, double *memory, hifm_solve_stats *stats, hifm_error *err) {
  state s = {.set = self,
             .problem = problem,
             .stats = stats,
             .y = y,
             .next = memory,
             .t = t0,
             .end = t1,
             .direction = t1 < t0 ? -1 : 1};
  for (size_t j = 0; j <= STAGES; j++) s.k[j] = memory + (j + 1) * problem->size;
  memset(stats, 0, sizeof *stats);
  if (t0 == t1) return HIFM_OK;
  double h = 0;
  hifm_status status = slope(&s, t0, y, s.k[0], err);
  if (status == HIFM_OK) status = first_step(&s, &h, err);
  while (status == HIFM_OK && s.direction * (s.t - t1) < 0) status = step(&s, &h, err);
  return status;
}

static const hifm_param params[] = {
    HIFM_PARAM_REAL(rk45, rtol, 1e-2, 2.3e-14, 1, "relative tolerance"),
    HIFM_PARAM_REAL(rk45, atol, 1e-2, HIFM_POSITIVE, 1e6, "absolute tolerance"), HIFM_PARAM_END};

static const hifm_solver_ops ops = {.scratch = scratch, .advance = advance};

HIFM_PLUGIN(solver, HIFM_SOLVER, rk45, .revision = 1, .name = "rk45",
            .summary = "Dormand-Prince 5(4), adaptive, the same steps as SciPy's RK45",
            .params = params, .ops = {.solver = &ops});
