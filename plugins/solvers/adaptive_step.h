/* Explicit Runge-Kutta methods with an error estimate: one step-size control over a coefficient
 * table. It is that of SciPy's solve_ivp (Hairer, Norsett, Wanner, II.4), step by step.
 *
 * The last stage of a step is the slope at its end, which the next step begins with ("first same as
 * last"): a step costs `stages` evaluations. */
#ifndef ADAPTIVE_STEP_H
#define ADAPTIVE_STEP_H

#include "hifm/solver.h"

#include <string.h>

enum { ADAPTIVE_STAGES_MAX = 12 };

typedef struct adaptive_step {
  double rtol, atol;
} adaptive_step;

typedef struct adaptive_table {
  const char *name;   /* in messages */
  size_t stages;      /* without the slope at the end of the step */
  double error_order; /* of the error estimate: the step goes with error^(-1 / (order + 1)) */
  double a[ADAPTIVE_STAGES_MAX][ADAPTIVE_STAGES_MAX - 1], b[ADAPTIVE_STAGES_MAX];
  double c[ADAPTIVE_STAGES_MAX];
  double e[ADAPTIVE_STAGES_MAX + 1]; /* error weights of all stages and of the end's slope */
} adaptive_table;

/* One solve: k[0] is the slope at (t, y), k[stages] the slope at (t + h, next). */
typedef struct adaptive_solve {
  const adaptive_table *table;
  const adaptive_step *set;
  const hifm_problem *problem;
  hifm_solve_stats *stats;
  double *y, *next, *k[ADAPTIVE_STAGES_MAX + 1];
  double t, end, direction;
} adaptive_solve;

static inline hifm_status adaptive_slope(adaptive_solve *s, double t, const double *y, double *dy,
                                         hifm_error *err) {
  s->stats->nfev++;
  return s->problem->slope(s->problem->context, t, y, dy, err);
}

static inline double adaptive_exponent(const adaptive_solve *s) {
  return 1 / (s->table->error_order + 1);
}

/* |x / (atol + rtol |y|)| over the square root of the size */
static inline double adaptive_norm(const adaptive_solve *s, const double *x) {
  double sum = 0;
  for (size_t i = 0; i < s->problem->size; i++) {
    const double part = x[i] / (s->set->atol + s->set->rtol * fabs(s->y[i]));
    sum += part * part;
  }
  return sqrt(sum) / sqrt((double)s->problem->size);
}

/* The first step's size; evaluates one slope at an Euler trial. Uses next and k[1]. */
static inline hifm_status adaptive_first_step(adaptive_solve *s, double *h, hifm_error *err) {
  const size_t size = s->problem->size;
  const double interval = fabs(s->end - s->t);
  const double d0 = adaptive_norm(s, s->y), d1 = adaptive_norm(s, s->k[0]);
  if (!isfinite(d0 + d1))
    return hifm_fail(err, HIFM_DIVERGED, "%s: state or slope is not finite at the start, t = %g",
                     s->table->name, s->t);
  const double h0 = fmin(d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : 0.01 * d0 / d1, interval);
  for (size_t i = 0; i < size; i++) s->next[i] = s->y[i] + h0 * s->direction * s->k[0][i];
  const hifm_status status = adaptive_slope(s, s->t + h0 * s->direction, s->next, s->k[1], err);
  if (status != HIFM_OK) return status;
  for (size_t i = 0; i < size; i++) s->k[1][i] -= s->k[0][i];
  const double d2 = adaptive_norm(s, s->k[1]) / h0;
  const double h1 = d1 <= 1e-15 && d2 <= 1e-15 ? fmax(1e-6, h0 * 1e-3)
                                               : pow(0.01 / fmax(d1, d2), adaptive_exponent(s));
  *h = fmin(fmin(100 * h0, h1), interval);
  return HIFM_OK;
}

static inline void adaptive_combine(const adaptive_solve *s, double h, const double *weights,
                                    size_t count) {
  for (size_t i = 0; i < s->problem->size; i++) {
    double sum = 0;
    for (size_t j = 0; j < count; j++) sum += weights[j] * s->k[j][i];
    s->next[i] = s->y[i] + h * sum;
  }
}

static inline hifm_status adaptive_try_step(adaptive_solve *s, double h, hifm_error *err) {
  const adaptive_table *table = s->table;
  for (size_t j = 1; j < table->stages; j++) {
    adaptive_combine(s, h, table->a[j], j);
    const hifm_status status = adaptive_slope(s, s->t + table->c[j] * h, s->next, s->k[j], err);
    if (status != HIFM_OK) return status;
  }
  adaptive_combine(s, h, table->b, table->stages);
  return adaptive_slope(s, s->t + h, s->next, s->k[table->stages], err);
}

static inline double adaptive_error(const adaptive_solve *s, double h) {
  double sum = 0;
  for (size_t i = 0; i < s->problem->size; i++) {
    double error = 0;
    for (size_t j = 0; j <= s->table->stages; j++) error += s->table->e[j] * s->k[j][i];
    const double bound = s->set->atol + s->set->rtol * fmax(fabs(s->y[i]), fabs(s->next[i]));
    sum += (error * h / bound) * (error * h / bound);
  }
  return sqrt(sum) / sqrt((double)s->problem->size);
}

static inline void adaptive_accept(adaptive_solve *s, double t) {
  double *first = s->k[0];
  s->stats->accepted++;
  s->t = t;
  memcpy(s->y, s->next, s->problem->size * sizeof *s->y);
  s->k[0] = s->k[s->table->stages];
  s->k[s->table->stages] = first;
  if (s->problem->accepted) s->problem->accepted(s->problem->context, s->t, s->y);
}

static inline hifm_status adaptive_may_try(const adaptive_solve *s, double size, double min_step,
                                           hifm_error *err) {
  if (!(size >= min_step))
    return hifm_fail(err, HIFM_DIVERGED, "%s: the step size fell below %g at t = %g",
                     s->table->name, min_step, s->t);
  if (s->problem->max_attempts && s->stats->attempts >= s->problem->max_attempts)
    return hifm_fail(err, HIFM_DIVERGED, "%s: %llu steps tried, the end is not reached (t = %g)",
                     s->table->name, (unsigned long long)s->stats->attempts, s->t);
  return HIFM_OK;
}

/* Tries steps from s->t until one is accepted; *h_abs in and out is the size to begin with. */
static inline hifm_status adaptive_one_step(adaptive_solve *s, double *h_abs, hifm_error *err) {
  const double min_step = 10 * fabs(nextafter(s->t, s->direction * INFINITY) - s->t);
  const double exponent = -adaptive_exponent(s);
  bool rejected = false;
  for (double size = fmax(*h_abs, min_step);; rejected = true) {
    hifm_status status = adaptive_may_try(s, size, min_step, err);
    if (status != HIFM_OK) return status;
    double t = s->t + size * s->direction;
    if (s->direction * (t - s->end) > 0) t = s->end;
    const double h = t - s->t;
    size = fabs(h);
    s->stats->attempts++;
    status = adaptive_try_step(s, h, err);
    if (status != HIFM_OK) return status;
    const double error = adaptive_error(s, h);
    if (error < 1) {
      const double factor = error == 0 ? 10 : fmin(10, 0.9 * pow(error, exponent));
      *h_abs = size * (rejected ? fmin(1, factor) : factor);
      adaptive_accept(s, t);
      return HIFM_OK;
    }
    s->stats->rejected++;
    /* fmax passes over a NaN, as Python's max does: a step into a region where the slope is not
     * finite is rejected like any other */
    size *= fmax(0.2, 0.9 * pow(error, exponent));
  }
}

static inline hifm_status adaptive_advance(const adaptive_table *table, const adaptive_step *set,
                                           const hifm_problem *problem, double t0, double t1,
                                           double *y, double *scratch, hifm_solve_stats *stats,
                                           hifm_error *err) {
  adaptive_solve s = {.table = table,
                      .set = set,
                      .problem = problem,
                      .stats = stats,
                      .y = y,
                      .next = scratch,
                      .t = t0,
                      .end = t1,
                      .direction = t1 < t0 ? -1 : 1};
  for (size_t j = 0; j <= table->stages; j++) s.k[j] = scratch + (j + 1) * problem->size;
  memset(stats, 0, sizeof *stats);
  if (t0 == t1) return HIFM_OK;
  double h = 0;
  hifm_status status = adaptive_slope(&s, t0, y, s.k[0], err);
  if (status == HIFM_OK) status = adaptive_first_step(&s, &h, err);
  while (status == HIFM_OK && s.direction * (s.t - t1) < 0) status = adaptive_one_step(&s, &h, err);
  return status;
}

/* Doubles of scratch for a table of so many stages. */
static inline size_t adaptive_scratch(const adaptive_table *table, size_t size) {
  return (table->stages + 2) * size;
}

#endif
