/* Energies: derivatives against differences, and what the contract asks of every call. */
#include "host/check_energy.h"
#include "base/numbers.h"

#include <string.h>

enum { PAIRS = 17 };

/* Step and weights of the fourth-order central difference. */
static const double STEP = 1e-3;
static const struct {
  double shift, weight;
} STENCIL[] = {{-2, 1.0 / 12}, {-1, -8.0 / 12}, {1, 8.0 / 12}, {2, -1.0 / 12}};

double *check_doubles(check *c, size_t count) {
  return check_guarded(c, count * sizeof(double));
}

double check_largest(const double *x, size_t n) {
  double top = 0;
  for (size_t i = 0; i < n; i++) top = numbers_nan_max(top, fabs(x[i]));
  return top;
}

/* |x - y| over |y|, largest components. */
static double relative_error(const double *x, const double *y, size_t n) {
  double apart = 0, size = check_largest(y, n);
  for (size_t i = 0; i < n; i++) apart = numbers_nan_max(apart, fabs(x[i] - y[i]));
  return apart / fmax(size, DBL_MIN);
}

static hifm_configuration at(const tested_energy *t, const double *y, const double *anchor) {
  return (hifm_configuration){.domain = t->domain, .y = y, .anchor = anchor, .work = t->e->work};
}

void check_take_point(tested_energy *t, uint32_t draw) {
  check_point(t->domain, draw, t->y);
  check_point(t->domain, draw + CHECK_DRAWS, t->anchor);
}

static void finite_value(tested_energy *t) {
  double size = 0;
  for (uint32_t draw = 0; draw < CHECK_DRAWS; draw++) {
    check_take_point(t, draw);
    size = numbers_nan_max(size, fabs(energy_value(t->e, t->y, t->anchor)));
  }
  check_verdict(t->c, "value is finite", isfinite(size), "largest |V| %.6g", size);
}

/* Moves one coordinate through the stencil and sums the weighted answers. */
static double differ_value(tested_energy *t, size_t i) {
  double slope = 0;
  memcpy(t->moved, t->y, t->d * sizeof *t->y);
  for (size_t k = 0; k < 4; k++) {
    t->moved[i] = t->y[i] + STENCIL[k].shift * STEP;
    slope += STENCIL[k].weight / STEP * energy_value(t->e, t->moved, t->anchor);
  }
  return slope;
}

static void gradient_differences(tested_energy *t) {
  double error = 0;
  for (uint32_t draw = 0; draw < CHECK_DRAWS; draw++) {
    check_take_point(t, draw);
    energy_gradient(t->e, t->y, t->anchor, t->gradient);
    for (size_t i = 0; i < t->d; i++) t->other[i] = differ_value(t, i);
    error = numbers_nan_max(error, relative_error(t->gradient, t->other, t->d));
  }
  check_within(t->c, "gradient agrees with differences of the value", error, 1e-6);
}

/* Row i of the Hessian from gradients. */
static void differ_gradient(tested_energy *t, size_t i, double *row) {
  memset(row, 0, t->d * sizeof *row);
  memcpy(t->moved, t->y, t->d * sizeof *t->y);
  for (size_t k = 0; k < 4; k++) {
    t->moved[i] = t->y[i] + STENCIL[k].shift * STEP;
    energy_gradient(t->e, t->moved, t->anchor, t->gradient);
    for (size_t j = 0; j < t->d; j++) row[j] += STENCIL[k].weight / STEP * t->gradient[j];
  }
}

static void hessian_differences(tested_energy *t) {
  double error = 0, *differences = check_doubles(t->c, t->d * t->d);
  for (uint32_t draw = 0; draw < CHECK_DRAWS; draw++) {
    check_take_point(t, draw);
    energy_hessian(t->e, t->y, t->anchor, t->hessian);
    for (size_t i = 0; i < t->d; i++) differ_gradient(t, i, differences + i * t->d);
    error = numbers_nan_max(error, relative_error(t->hessian, differences, t->d * t->d));
  }
  check_within(t->c, "Hessian agrees with differences of the gradient", error, 1e-6);
}

/* The plugin's own matrix: the host makes symmetric what it passes on. */
static void symmetry(tested_energy *t) {
  const size_t d = t->d;
  double apart = 0;
  hifm_error why;
  check_take_point(t, 0);
  const hifm_configuration here = at(t, t->y, t->anchor);
  t->ops->hessian(t->self, &here, t->hessian, &why);
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j < i; j++)
      apart = numbers_nan_max(apart, fabs(t->hessian[i * d + j] - t->hessian[j * d + i]));
  check_within(t->c, "Hessian is symmetric",
               apart / fmax(check_largest(t->hessian, d * d), DBL_MIN), 1e-12);
}

/* Hessian times x against the difference of gradients along x. */
static void products(tested_energy *t) {
  double error = 0, *x = check_doubles(t->c, t->d);
  for (uint32_t draw = 0; draw < CHECK_DRAWS; draw++) {
    check_take_point(t, draw);
    check_normals(200 + draw, t->d, x);
    memset(t->other, 0, t->d * sizeof *x);
    for (size_t k = 0; k < 4; k++) {
      for (size_t i = 0; i < t->d; i++) t->moved[i] = t->y[i] + STENCIL[k].shift * STEP * x[i];
      energy_gradient(t->e, t->moved, t->anchor, t->gradient);
      for (size_t i = 0; i < t->d; i++) t->other[i] += STENCIL[k].weight / STEP * t->gradient[i];
    }
    energy_hvp(t->e, t->y, t->anchor, x, t->moved);
    error = numbers_nan_max(error, relative_error(t->moved, t->other, t->d));
  }
  check_within(t->c, "hvp agrees with differences of the gradient", error, 1e-6);
}

/* ---- contract basics ---- */

static void anchor_is_used(tested_energy *t) {
  if (t->e->invariances & HIFM_ANCHORED || !t->ops->value) return;
  double own = 0, foreign = 0;
  hifm_error why;
  check_take_point(t, 0);
  const hifm_configuration at_own = at(t, t->y, t->y), at_foreign = at(t, t->y, t->anchor);
  t->ops->value(t->self, &at_own, &own, &why);
  t->ops->value(t->self, &at_foreign, &foreign, &why);
  check_same(t->c, "anchor plays no part unless ANCHORED", &own, &foreign, sizeof own);
}

/* Every operation that there is, on inputs and outputs between guards. */
static void value_basics(tested_energy *t) {
  const size_t bytes = t->d * sizeof(double);
  enum { Y, ANCHOR, X, INPUTS, GRADIENT = INPUTS, PRODUCT, ARRAYS };
  double *a[ARRAYS], *before = check_doubles(t->c, INPUTS * t->d), number;
  double *hessian = check_guarded(t->c, bytes * t->d);
  hifm_error why;
  check_take_point(t, 0);
  check_normals(98, t->d, t->moved);
  const double *const from[INPUTS] = {t->y, t->anchor, t->moved};
  bool same = true, intact = true;
  for (size_t k = 0; k < ARRAYS; k++) {
    a[k] = check_guarded(t->c, bytes);
    if (k < INPUTS) memcpy(a[k], from[k], bytes);
    if (k < INPUTS) memcpy(before + k * t->d, from[k], bytes);
  }
  const hifm_configuration here = at(t, a[Y], a[ANCHOR]);
  t->ops->value(t->self, &here, &number, &why);
  if (t->ops->gradient) t->ops->gradient(t->self, &here, a[GRADIENT], &why);
  if (t->ops->hessian) t->ops->hessian(t->self, &here, hessian, &why);
  if (t->ops->hvp) t->ops->hvp(t->self, &here, a[X], a[PRODUCT], &why);
  for (size_t k = 0; k < INPUTS; k++) same = same && memcmp(a[k], before + k * t->d, bytes) == 0;
  for (size_t k = 0; k < ARRAYS; k++) intact = intact && check_intact(a[k], bytes);
  intact = intact && check_intact(hessian, bytes * t->d);
  check_verdict(t->c, "inputs stay untouched", same, "y, anchor and x");
  check_verdict(t->c, "buffers are not overrun", intact, "guard bytes around every array");
}

/* Pairs of type 0, or of the types of the first two particles. */
static void ask_pairs(const tested_energy *t, size_t k, double *const in[2], double *const out[3]) {
  const uint16_t *types = t->domain->types;
  const uint16_t i = types ? types[0] : 0, j = types ? types[1] : 0;
  if (t->ops->pair)
    t->ops->pair(t->self, k, in[0], in[1], out[0], out[1], out[2]);
  else
    t->ops->pair_typed(t->self, i < j ? i : j, i < j ? j : i, k, in[0], in[1], out[0], out[1],
                       out[2]);
}

/* k pairs at once and one by one; inputs r2, s2 and outputs u, du, ddu between guards. */
static void pair_basics(tested_energy *t) {
  const size_t bytes = PAIRS * sizeof(double);
  double *in[2], *out[3], single[3], copy[2][PAIRS], normals[2 * PAIRS];
  bool same = true, intact = true, alike = true;
  check_normals(99, 2 * PAIRS, normals);
  for (size_t k = 0; k < 2; k++) in[k] = check_guarded(t->c, bytes);
  for (size_t k = 0; k < 3; k++) out[k] = check_guarded(t->c, bytes);
  for (size_t i = 0; i < 2 * PAIRS; i++)
    in[i / PAIRS][i % PAIRS] = copy[i / PAIRS][i % PAIRS] = 1.3 + 0.2 * sin(normals[i]);
  ask_pairs(t, PAIRS, in, out);
  for (size_t k = 0; k < 2; k++) {
    same = same && memcmp(in[k], copy[k], bytes) == 0;
    intact = intact && check_intact(in[k], bytes);
  }
  for (size_t k = 0; k < 3; k++) intact = intact && check_intact(out[k], bytes);
  for (size_t i = 0; i < PAIRS; i++) {
    ask_pairs(t, 1, (double *const[]){in[0] + i, in[1] + i},
              (double *const[]){single, single + 1, single + 2});
    for (size_t k = 0; k < 3; k++)
      alike = alike && memcmp(&single[k], &out[k][i], sizeof *single) == 0;
  }
  check_verdict(t->c, "inputs stay untouched", same, "squared distances");
  check_verdict(t->c, "buffers are not overrun", intact, "guard bytes around every array");
  check_verdict(t->c, "many pairs answer like single ones", alike, "%d pairs, bit for bit", PAIRS);
}

static void deterministic(tested_energy *t) {
  const size_t d = t->d;
  double values[2], *again = check_doubles(t->c, d * d);
  if (t->ops->work) return; /* what an engine keeps may change the last bits */
  check_take_point(t, 4);
  values[0] = energy_value(t->e, t->y, t->anchor);
  energy_hessian(t->e, t->y, t->anchor, t->hessian);
  check_take_point(t, 5);
  energy_hessian(t->e, t->y, t->anchor, again); /* another point in between */
  check_take_point(t, 4);
  values[1] = energy_value(t->e, t->y, t->anchor);
  energy_hessian(t->e, t->y, t->anchor, again);
  bool same = memcmp(values, values + 1, sizeof *values) == 0 &&
              memcmp(again, t->hessian, d * d * sizeof *again) == 0;
  check_verdict(t->c, "same point, same answer", same, "value and Hessian, bit for bit");
}

typedef struct answers {
  energy e;
  size_t d;
  double *y, *out; /* [d]; value, gradient [d] and Hessian [d, d] */
} answers;

static void answer(void *context) {
  answers *a = context;
  a->out[0] = energy_value(&a->e, a->y, NULL);
  energy_gradient(&a->e, a->y, NULL, a->out + 1);
  energy_hessian(&a->e, a->y, NULL, a->out + 1 + a->d);
}

static void thread_safety(tested_energy *t) {
  const size_t d = t->d, count = 1 + d + d * d;
  answers both[2];
  check_call calls[2];
  if (t->ops->work) return; /* as above */
  for (uint32_t k = 0; k < 2; k++) {
    failure why;
    answers *a = &both[k];
    *a = (answers){.d = d, .y = check_doubles(t->c, d), .out = check_doubles(t->c, count)};
    energy_open(&a->e, t->e->bound, t->domain, &why);
    check_point(t->domain, k, a->y);
    calls[k] = (check_call){answer, a, a->out, count * sizeof *a->out};
  }
  check_two_threads(t->c, calls);
  for (size_t k = 0; k < 2; k++) energy_close(&both[k].e);
}

/* Not a mistake, but slower and less exact. */
static void missing_derivatives(tested_energy *t) {
  const char *missing = energy_differences(t->e);
  if (*missing)
    check_verdict(t->c, "derivatives by differences", true, "%s: the plugin leaves it to hifm",
                  missing);
}

static void no_failure(tested_energy *t) {
  failure why = {.message = "every call answered"};
  const status_code status = energy_status(t->e, &why);
  check_verdict(t->c, "no call fails", status == STATUS_OK, "%s", why.message);
}

void check_energy(check *c, const hifm_bound *bound, const hifm_domain *domain) {
  energy e;
  failure why;
  if (energy_open(&e, *bound, domain, &why) != STATUS_OK) return; /* the caller has tried this */
  const size_t d = domain->d;
  const hifm_energy_ops *ops = bound->plugin->ops.energy;
  const bool pairs = energy_sums_pairs(ops);
  tested_energy t = {.c = c,
                     .e = &e,
                     .ops = ops,
                     .domain = domain,
                     .self = bound->self,
                     .d = d,
                     .y = check_doubles(c, d),
                     .anchor = check_doubles(c, d),
                     .moved = check_doubles(c, d),
                     .other = check_doubles(c, d),
                     .gradient = check_doubles(c, d),
                     .hessian = check_doubles(c, d * d)};
  finite_value(&t);
  missing_derivatives(&t);
  if (pairs || ops->gradient) gradient_differences(&t);
  if (energy_hessian_source(&e) != ENERGY_FROM_DIFFERENCES) hessian_differences(&t);
  if (ops->hessian) symmetry(&t);
  if (ops->hvp) products(&t);
  check_energy_invariances(&t);
  anchor_is_used(&t);
  if (pairs)
    pair_basics(&t);
  else
    value_basics(&t);
  deterministic(&t);
  thread_safety(&t);
  no_failure(&t);
  energy_close(&e);
}
