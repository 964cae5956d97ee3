/* Solvers: honest counts, errors that follow the tolerance or the order, clean failures. */
#include "hifm/solver.h"
#include "host/check_parts.h"
#include "host/plugins.h"

#include <string.h>

enum { SIZE = 3, FAILS_AT = 21, ATTEMPTS = 3 };

/* What a solve did, as its own slope and accepted callbacks saw it. */
typedef struct solve_log {
  double (*slope)(double t, const double *y, size_t i);
  uint64_t fails_at; /* number of the evaluation that fails; 0: none */
  bool unwatched;    /* no callback for accepted steps */
  uint64_t evaluations, accepted;
  double t, y[SIZE]; /* last accepted */
} solve_log;

typedef struct outcome {
  hifm_status status;
  hifm_error why;
  hifm_solve_stats stats;
  double y[SIZE];
  bool intact;
} outcome;

static const double START[SIZE] = {1, 0.5, -0.8};

/* A rotation by 2 t and a decay: linear, with a solution to compare with. */
static double linear_slope(double t, const double *y, size_t i) {
  (void)t;
  return i == 0 ? -2 * y[1] : i == 1 ? 2 * y[0] : -y[2];
}

static void linear_solution(double t, double *y) {
  y[0] = START[0] * cos(2 * t) - START[1] * sin(2 * t);
  y[1] = START[0] * sin(2 * t) + START[1] * cos(2 * t);
  y[2] = START[2] * exp(-t);
}

static double constant_slope(double t, const double *y, size_t i) {
  (void)t, (void)y;
  return (double)i - 0.75;
}

static double no_slope(double t, const double *y, size_t i) {
  (void)t, (void)y, (void)i;
  return NAN;
}

static hifm_status log_slope(void *context, double t, const double *y, double *dy,
                             hifm_error *err) {
  solve_log *j = context;
  j->evaluations++;
  if (j->fails_at && j->evaluations >= j->fails_at)
    return hifm_fail(err, HIFM_DIVERGED, "slope refused");
  for (size_t i = 0; i < SIZE; i++) dy[i] = j->slope(t, y, i);
  return HIFM_OK;
}

static void log_accepted(void *context, double t, const double *y) {
  solve_log *j = context;
  j->accepted++;
  j->t = t;
  memcpy(j->y, y, sizeof j->y);
}

static outcome solve(check *c, const hifm_bound *bound, solve_log *j, double t0, double t1,
                     const double *y0, uint64_t max_attempts) {
  const hifm_solver_ops *ops = bound->plugin->ops.solver;
  const size_t room = ops->scratch(bound->self, SIZE) * sizeof(double);
  const hifm_problem problem = {.size = SIZE,
                                .slope = log_slope,
                                .accepted = j->unwatched ? NULL : log_accepted,
                                .context = j,
                                .max_attempts = max_attempts};
  outcome o = {.status = HIFM_OK};
  double *y = check_guarded(c, sizeof o.y), *scratch = check_guarded(c, room);
  memcpy(y, y0, sizeof o.y);
  memcpy(j->y, y0, sizeof j->y);
  j->t = t0;
  o.status = ops->advance(bound->self, &problem, t0, t1, y, scratch, &o.stats, &o.why);
  o.intact = check_intact(y, sizeof o.y) && check_intact(scratch, room);
  memcpy(o.y, y, sizeof o.y);
  return o;
}

static double error_of(const outcome *o, const double *exact) {
  double worst = o->status != HIFM_OK ? INFINITY : 0;
  for (size_t i = 0; i < SIZE; i++) {
    double error = fabs(o->y[i] - exact[i]);
    worst = isnan(error) ? INFINITY : fmax(worst, error);
  }
  return worst;
}

static double linear_error(check *c, const hifm_bound *bound) {
  solve_log j = {.slope = linear_slope};
  double exact[SIZE];
  outcome o = solve(c, bound, &j, 0, 1, START, 0);
  linear_solution(1, exact);
  return error_of(&o, exact);
}

static void counts(check *c, const hifm_bound *bound) {
  solve_log j = {.slope = linear_slope}, again = j;
  outcome o = solve(c, bound, &j, 0, 1, START, 0);
  const hifm_solve_stats *n = &o.stats;
  check_verdict(c, "a linear problem is solved", o.status == HIFM_OK, "%s",
                o.status != HIFM_OK ? o.why.message : "ok");
  check_verdict(c, "buffers are not overrun", o.intact, "guard bytes around y and scratch");
  check_verdict(c, "evaluations are counted right", n->nfev == j.evaluations, "%llu, said %llu",
                (unsigned long long)j.evaluations, (unsigned long long)n->nfev);
  check_verdict(c, "steps are counted right",
                n->accepted == j.accepted && n->attempts == n->accepted + n->rejected,
                "%llu accepted, said %llu of %llu attempts, %llu rejected",
                (unsigned long long)j.accepted, (unsigned long long)n->accepted,
                (unsigned long long)n->attempts, (unsigned long long)n->rejected);
  bool last = fabs(j.t - 1) < 1e-12 && memcmp(j.y, o.y, sizeof o.y) == 0;
  check_verdict(c, "the last accepted state is the answer", last, "t = %.17g", j.t);
  outcome second = solve(c, bound, &again, 0, 1, START, 0);
  check_same(c, "same problem, same answer", o.y, second.y, sizeof o.y);
}

/* As the runtime does it where nobody watches the steps. */
static void unwatched(check *c, const hifm_bound *bound) {
  solve_log j = {.slope = linear_slope, .unwatched = true}, watched = {.slope = linear_slope};
  const outcome o = solve(c, bound, &j, 0, 1, START, 0);
  const outcome same = solve(c, bound, &watched, 0, 1, START, 0);
  check_same(c, "no callback for accepted steps, same answer", o.y, same.y, sizeof o.y);
}

static void constant(check *c, const hifm_bound *bound) {
  solve_log j = {.slope = constant_slope};
  double exact[SIZE];
  for (size_t i = 0; i < SIZE; i++) exact[i] = START[i] + 2 * constant_slope(0, NULL, i);
  outcome o = solve(c, bound, &j, 1, 3, START, 0);
  check_within(c, "a constant slope is integrated exactly", error_of(&o, exact), 1e-12);
}

static void backwards(check *c, const hifm_bound *bound) {
  solve_log j = {.slope = linear_slope};
  double end[SIZE];
  linear_solution(1, end);
  outcome o = solve(c, bound, &j, 1, 0, end, 0);
  double forth = linear_error(c, bound), back = error_of(&o, START);
  check_verdict(c, "runs backwards as well as forwards", back <= 10 * forth + 1e-12,
                "error %.2g backwards, %.2g forwards", back, forth);
}

static void nothing_to_do(check *c, const hifm_bound *bound) {
  solve_log j = {.slope = linear_slope};
  outcome o = solve(c, bound, &j, 0.5, 0.5, START, 0);
  check_verdict(c, "an empty interval changes nothing",
                o.status == HIFM_OK && j.evaluations == 0 && memcmp(o.y, START, sizeof START) == 0,
                "%s", o.status != HIFM_OK ? o.why.message : "from t = 0.5 to t = 0.5");
}

/* ---- failing ---- */

/* Solvers of few steps fail at their last evaluation. */
static void failing_slope(check *c, const hifm_bound *bound) {
  solve_log whole = {.slope = linear_slope}, j = whole;
  solve(c, bound, &whole, 0, 1e4, START, FAILS_AT);
  j.fails_at = whole.evaluations < FAILS_AT ? whole.evaluations : FAILS_AT;
  outcome o = solve(c, bound, &j, 0, 1e4, START, 0);
  const bool unchanged = o.status == HIFM_DIVERGED && strcmp(o.why.message, "slope refused") == 0;
  check_verdict(c, "a failing slope ends the solve with its status and words", unchanged,
                "status %d, where evaluation %llu failed", (int)o.status,
                (unsigned long long)j.fails_at);
  check_same(c, "a failed solve keeps the last accepted state", o.y, j.y, sizeof o.y);
}

/* Three attempts are too few, or one less than the steps of a solver of few, as counted here. */
static void attempts(check *c, const hifm_bound *bound) {
  solve_log whole = {.slope = linear_slope}, j = whole;
  const outcome through = solve(c, bound, &whole, 0, 1e4, START, ATTEMPTS + 1);
  const bool few = through.status == HIFM_OK && whole.accepted <= ATTEMPTS;
  if (few && whole.accepted == 1) return; /* nothing that could be forbidden */
  const uint64_t most = few && whole.accepted ? whole.accepted - 1 : ATTEMPTS;
  outcome o = solve(c, bound, &j, 0, 1e4, START, most);
  check_verdict(c, "max_attempts ends the solve",
                o.status == HIFM_DIVERGED && o.stats.attempts <= most,
                "status %d after %llu attempts, allowed %llu", (int)o.status,
                (unsigned long long)o.stats.attempts, (unsigned long long)most);
  check_same(c, "max_attempts keeps the last accepted state", o.y, j.y, sizeof o.y);
}

static void not_a_number(check *c, const hifm_bound *bound) {
  solve_log j = {.slope = no_slope};
  outcome o = solve(c, bound, &j, 0, 1, START, 1000);
  bool finite = isfinite(o.y[0]) && isfinite(o.y[1]) && isfinite(o.y[2]);
  check_verdict(c, "a slope of NaN gives no finite answer", o.status != HIFM_OK || !finite,
                "status %d", (int)o.status);
}

/* ---- accuracy ---- */

static bool bind_with(check *c, const value *settings, hifm_bound *bound) {
  const hifm_domain domain = {.d = SIZE};
  failure why;
  *bound = (hifm_bound){0};
  if (plugins_bind_opened(c->memory, c->plugin, settings, c->plugin->name, &domain, bound, &why) ==
      STATUS_OK)
    return true;
  check_verdict(c, "settings within their range are accepted", false, "%s", why.message);
  return false;
}

/* Solvers with the settings rtol and atol: the global error stays within 100 times of both. */
static void tolerances(check *c) {
  double worst = 0, errors[3] = {0};
  for (size_t k = 0; k < 3; k++) {
    const double tolerance = pow(10, -3 * (double)(k + 1));
    value *settings = value_copy(c->memory, check_settings(c, "rtol", tolerance));
    value_put_number(c->memory, settings, "atol", tolerance);
    hifm_bound bound;
    if (!bind_with(c, settings, &bound)) return;
    errors[k] = linear_error(c, &bound);
    worst = fmax(worst, errors[k] / tolerance);
    plugins_drop(&bound);
  }
  check_verdict(c, "error follows the tolerance", worst <= 100 && errors[2] < errors[0],
                "errors %.2g, %.2g, %.2g for tolerances 1e-3, 1e-6, 1e-9", errors[0], errors[1],
                errors[2]);
}

/* Solvers with the setting steps: halving the step divides the error by two to the order, taken
 * where the error is still far above rounding. */
static void order(check *c) {
  double last = 0, slope = NAN;
  for (double steps = 8; steps <= 256; steps *= 2) {
    hifm_bound bound;
    if (!bind_with(c, check_settings(c, "steps", steps), &bound)) return;
    double error = linear_error(c, &bound);
    plugins_drop(&bound);
    if (error < 1e-11) break;
    if (last > 0) slope = log2(last / error);
    last = error;
  }
  bool whole = slope > 0.5 && fabs(slope - round(slope)) <= 0.15;
  check_verdict(c, "error falls with a whole order", whole, "order %.3f", slope);
}

void check_solver(check *c) {
  hifm_bound bound;
  if (!bind_with(c, check_settings(c, NULL, 0), &bound)) return;
  counts(c, &bound);
  unwatched(c, &bound);
  constant(c, &bound);
  backwards(c, &bound);
  nothing_to_do(c, &bound);
  failing_slope(c, &bound);
  attempts(c, &bound);
  not_a_number(c, &bound);
  plugins_drop(&bound);
  if (check_has(c, "rtol", HIFM_REAL) && check_has(c, "atol", HIFM_REAL)) tolerances(c);
  if (check_has(c, "steps", HIFM_COUNT)) order(c);
}
