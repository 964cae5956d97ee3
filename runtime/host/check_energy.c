/* Energies: derivatives against differences, declared invariances and what follows from them. */
#include "base/blas.h"
#include "base/numbers.h"
#include "hifm/energy.h"
#include "host/check_parts.h"
#include "host/energy.h"

#include <string.h>

enum { POINTS = 8, PAIRS = 17 };

/* Step and weights of the fourth-order central difference. */
static const double difference_step = 1e-3;
static const struct {
  double shift, weight;
} stencil[] = {{-2, 1.0 / 12}, {-1, -8.0 / 12}, {1, 8.0 / 12}, {2, -1.0 / 12}};

typedef struct subject {
  check *c;
  energy *e;
  const hifm_energy_ops *ops;
  const hifm_domain *domain;
  const void *self;
  size_t d;
  double *y, *anchor;               /* [d] */
  double *moved, *other, *gradient; /* [d], scratch */
  double *hessian;                  /* [d, d] */
} subject;

/* Between guards: what overruns one array fails that check and no other. */
static double *doubles(check *c, size_t count) {
  return check_guarded(c, count * sizeof(double));
}

static double largest(const double *x, size_t n) {
  double top = 0;
  for (size_t i = 0; i < n; i++) top = numbers_nan_max(top, fabs(x[i]));
  return top;
}

/* |x - y| over |y|, largest components. */
static double relative_error(const double *x, const double *y, size_t n) {
  double apart = 0, size = largest(y, n);
  for (size_t i = 0; i < n; i++) apart = numbers_nan_max(apart, fabs(x[i] - y[i]));
  return apart / fmax(size, DBL_MIN);
}

static void take_point(subject *s, uint32_t draw) {
  check_point(s->domain, draw, s->y);
  check_point(s->domain, draw + POINTS, s->anchor);
}

static void finite_value(subject *s) {
  double size = 0;
  for (uint32_t draw = 0; draw < POINTS; draw++) {
    take_point(s, draw);
    size = numbers_nan_max(size, fabs(energy_value(s->e, s->y, s->anchor)));
  }
  check_verdict(s->c, "value is finite", isfinite(size), "largest |V| %.6g", size);
}

/* Moves one coordinate through the stencil and sums the weighted answers. */
static double differ_value(subject *s, size_t i) {
  double slope = 0;
  memcpy(s->moved, s->y, s->d * sizeof *s->y);
  for (size_t k = 0; k < 4; k++) {
    s->moved[i] = s->y[i] + stencil[k].shift * difference_step;
    slope += stencil[k].weight / difference_step * energy_value(s->e, s->moved, s->anchor);
  }
  return slope;
}

static void gradient_differences(subject *s) {
  double error = 0;
  for (uint32_t draw = 0; draw < POINTS; draw++) {
    take_point(s, draw);
    energy_gradient(s->e, s->y, s->anchor, s->gradient);
    for (size_t i = 0; i < s->d; i++) s->other[i] = differ_value(s, i);
    error = numbers_nan_max(error, relative_error(s->gradient, s->other, s->d));
  }
  check_within(s->c, "gradient agrees with differences of the value", error, 1e-6);
}

/* Row i of the Hessian from gradients. */
static void differ_gradient(subject *s, size_t i, double *row) {
  memset(row, 0, s->d * sizeof *row);
  memcpy(s->moved, s->y, s->d * sizeof *s->y);
  for (size_t k = 0; k < 4; k++) {
    s->moved[i] = s->y[i] + stencil[k].shift * difference_step;
    energy_gradient(s->e, s->moved, s->anchor, s->gradient);
    for (size_t j = 0; j < s->d; j++)
      row[j] += stencil[k].weight / difference_step * s->gradient[j];
  }
}

static void hessian_differences(subject *s) {
  double error = 0, *differences = doubles(s->c, s->d * s->d);
  for (uint32_t draw = 0; draw < POINTS; draw++) {
    take_point(s, draw);
    energy_hessian(s->e, s->y, s->anchor, s->hessian);
    for (size_t i = 0; i < s->d; i++) differ_gradient(s, i, differences + i * s->d);
    error = numbers_nan_max(error, relative_error(s->hessian, differences, s->d * s->d));
  }
  check_within(s->c, "Hessian agrees with differences of the gradient", error, 1e-6);
}

/* The plugin's own matrix: the host makes symmetric what it passes on. */
static void symmetry(subject *s) {
  const size_t d = s->d;
  double apart = 0;
  take_point(s, 0);
  s->ops->hessian(s->self, s->domain, s->y, s->anchor, s->hessian);
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j < i; j++)
      apart = numbers_nan_max(apart, fabs(s->hessian[i * d + j] - s->hessian[j * d + i]));
  check_within(s->c, "Hessian is symmetric", apart / fmax(largest(s->hessian, d * d), DBL_MIN),
               1e-12);
}

/* Invariances -------------------------------------------------------------------------------- */

static void translate(const subject *s, uint32_t draw, const double *y, double *out) {
  (void)draw;
  for (size_t i = 0; i < s->d; i++) out[i] = y[i] + 0.25 * (double)(1 + i % s->domain->space);
}

/* By 0.7 in the plane of the first coordinate and the last or second one: together these give every
 * rotation in space. */
static void rotate(const subject *s, uint32_t draw, const double *y, double *out) {
  const size_t space = s->domain->space, other = draw % 2 ? 1 : space - 1;
  memcpy(out, y, s->d * sizeof *y);
  for (size_t i = 0; i < s->d; i += space) {
    out[i] = cos(0.7) * y[i] - sin(0.7) * y[i + other];
    out[i + other] = sin(0.7) * y[i] + cos(0.7) * y[i + other];
  }
}

/* The first particle goes last (which a ring would not mind), or the first two change places: these
 * two give every permutation. */
static void permute(const subject *s, uint32_t draw, const double *y, double *out) {
  const size_t space = s->domain->space, moved = draw % 2 ? 2 * space : s->d;
  memcpy(out, y + space, (moved - space) * sizeof *y);
  memcpy(out + moved - space, y, space * sizeof *y);
  memcpy(out + moved, y + moved, (s->d - moved) * sizeof *y);
}

static const struct {
  uint32_t flag;
  const char *word, *check;
  void (*move)(const subject *s, uint32_t draw, const double *y, double *out);
  bool anchor_too;
} motions[] = {
    {HIFM_INVARIANT_TRANSLATION, "HIFM_INVARIANT_TRANSLATION", "value is unchanged by translation",
     translate, false},
    {HIFM_INVARIANT_ROTATION, "HIFM_INVARIANT_ROTATION", "value is unchanged by rotation", rotate,
     false},
    {HIFM_INVARIANT_PERMUTATION, "HIFM_INVARIANT_PERMUTATION", "value is unchanged by permutation",
     permute, true},
};
enum { MOTIONS = sizeof motions / sizeof *motions };

static void invariance(subject *s, size_t m) {
  const bool anchor_too = motions[m].anchor_too;
  double error = 0;
  for (uint32_t draw = 0; draw < POINTS; draw++) {
    take_point(s, draw);
    double before = energy_value(s->e, s->y, s->anchor);
    motions[m].move(s, draw, s->y, s->moved);
    if (anchor_too) motions[m].move(s, draw, s->anchor, s->other);
    double after = energy_value(s->e, s->moved, anchor_too ? s->other : s->anchor);
    error = numbers_nan_max(error, fabs(after - before) / fmax(fabs(before), 1));
  }
  check_within(s->c, motions[m].check, error, 1e-10);
}

/* V unchanged by translation means H t = 0. */
static void flat_translations(subject *s) {
  const size_t d = s->d, space = s->domain->space;
  double worst = 0;
  take_point(s, 1);
  energy_hessian(s->e, s->y, s->anchor, s->hessian);
  for (size_t i = 0; i < d; i++)
    for (size_t k = 0; k < space; k++) {
      double sum = 0;
      for (size_t j = k; j < d; j += space) sum += s->hessian[i * d + j];
      worst = numbers_nan_max(worst, fabs(sum));
    }
  check_within(s->c, "Hessian is zero along translations", worst / largest(s->hessian, d * d),
               1e-6);
}

/* With W the generator of a rotation, V unchanged by it means H W y = W g. */
static void turning_gradient(subject *s) {
  const size_t d = s->d, space = s->domain->space, last = space - 1;
  double worst = 0;
  take_point(s, 2);
  energy_hessian(s->e, s->y, s->anchor, s->hessian);
  energy_gradient(s->e, s->y, s->anchor, s->gradient);
  for (size_t i = 0; i < d; i++) {
    s->moved[i] = i % space == 0 ? -s->y[i + last] : i % space == last ? s->y[i - last] : 0;
    s->other[i] = i % space == 0      ? -s->gradient[i + last]
                  : i % space == last ? s->gradient[i - last]
                                      : 0;
  }
  for (size_t i = 0; i < d; i++) {
    double sum = -s->other[i];
    for (size_t j = 0; j < d; j++) sum += s->hessian[i * d + j] * s->moved[j];
    worst = numbers_nan_max(worst, fabs(sum));
  }
  double size = largest(s->hessian, d * d) * largest(s->y, d);
  check_within(s->c, "Hessian turns with rotations", worst / size, 1e-6);
}

/* Rigid motions that cost nothing to second order: rotations count only where the gradient is 0,
 * as it is for many relative energies at their anchor. */
static void nullity(subject *s, bool translates, bool rotates) {
  const size_t d = s->d, space = s->domain->space;
  take_point(s, 3);
  energy_gradient(s->e, s->y, s->y, s->gradient);
  energy_hessian(s->e, s->y, s->y, s->hessian);
  double size = largest(s->hessian, d * d);
  bool still = largest(s->gradient, d) < 1e-9 * size;
  size_t expected = (translates ? space : 0) + (rotates && still ? space * (space - 1) / 2 : 0);
  double *basis = doubles(s->c, d * d);
  failure why;
  if (blas_eigen(s->hessian, d, s->other, basis, &why)) {
    check_verdict(s->c, "null space holds the rigid motions", false, "%s", why.message);
    return;
  }
  size_t null = 0;
  for (size_t i = 0; i < d; i++) null += fabs(s->other[i]) < 1e-6 * largest(s->other, d);
  check_verdict(s->c, "null space holds the rigid motions", null >= expected,
                "nullity %zu, at least %zu follows from the invariances", null, expected);
}

static void invariances(subject *s) {
  uint32_t flags =
      s->ops->invariances | (s->ops->pair ? HIFM_INVARIANT_TRANSLATION | HIFM_INVARIANT_ROTATION |
                                                HIFM_INVARIANT_PERMUTATION
                                          : 0);
  if (!s->domain->particles) return;
  if (s->domain->space == 1)
    flags &= ~(uint32_t)HIFM_INVARIANT_ROTATION; /* on a line nothing rotates */
  for (size_t m = 0; m < MOTIONS; m++)
    if (flags & motions[m].flag) invariance(s, m);
  if (flags & HIFM_INVARIANT_TRANSLATION) flat_translations(s);
  if (flags & HIFM_INVARIANT_ROTATION) turning_gradient(s);
  if (flags & (HIFM_INVARIANT_TRANSLATION | HIFM_INVARIANT_ROTATION))
    nullity(s, flags & HIFM_INVARIANT_TRANSLATION, flags & HIFM_INVARIANT_ROTATION);
}

void check_energy_unfit(check *c, const char *refusal) {
  for (size_t m = 0; m < MOTIONS; m++)
    if (c->plugin->ops.energy->invariances & motions[m].flag)
      check_verdict(c, motions[m].check, false,
                    "%s is declared, a promise about particles, but it refuses those that were "
                    "tried; leave the flag out (%s)",
                    motions[m].word, refusal);
}

/* Manners ------------------------------------------------------------------------------------ */

static void anchor_is_used(subject *s) {
  if (s->ops->invariances & HIFM_ANCHORED || s->ops->pair) return;
  take_point(s, 0);
  double own = s->ops->value(s->self, s->domain, s->y, s->y);
  double foreign = s->ops->value(s->self, s->domain, s->y, s->anchor);
  check_same(s->c, "anchor plays no part unless ANCHORED", &own, &foreign, sizeof own);
}

static void inputs_untouched(subject *s) {
  const size_t bytes = s->d * sizeof(double);
  double *y = check_guarded(s->c, bytes), *anchor = check_guarded(s->c, bytes);
  double *gradient = check_guarded(s->c, bytes), *hessian = check_guarded(s->c, bytes * s->d);
  take_point(s, 0);
  memcpy(y, s->y, bytes);
  memcpy(anchor, s->anchor, bytes);
  s->ops->value(s->self, s->domain, y, anchor);
  if (s->ops->gradient) s->ops->gradient(s->self, s->domain, y, anchor, gradient);
  if (s->ops->hessian) s->ops->hessian(s->self, s->domain, y, anchor, hessian);
  bool same = memcmp(y, s->y, bytes) == 0 && memcmp(anchor, s->anchor, bytes) == 0;
  bool intact = check_intact(y, bytes) && check_intact(anchor, bytes) &&
                check_intact(gradient, bytes) && check_intact(hessian, bytes * s->d);
  check_verdict(s->c, "inputs stay untouched", same, "y and anchor");
  check_verdict(s->c, "buffers are not overrun", intact, "guard bytes around every array");
}

/* k pairs at once and one by one; inputs r2, s2 and outputs u, du, ddu between guards. */
static void pair_manners(subject *s) {
  const size_t bytes = PAIRS * sizeof(double);
  double *in[2], *out[3], single[3], copy[2][PAIRS], normals[2 * PAIRS];
  bool same = true, intact = true, alike = true;
  check_normals(99, 2 * PAIRS, normals);
  for (size_t k = 0; k < 5; k++) {
    double *array = check_guarded(s->c, bytes);
    if (k < 2)
      in[k] = array;
    else
      out[k - 2] = array;
  }
  for (size_t i = 0; i < 2 * PAIRS; i++)
    in[i / PAIRS][i % PAIRS] = copy[i / PAIRS][i % PAIRS] = 1.3 + 0.2 * sin(normals[i]);
  s->ops->pair(s->self, PAIRS, in[0], in[1], out[0], out[1], out[2]);
  for (size_t k = 0; k < 2; k++) {
    same = same && memcmp(in[k], copy[k], bytes) == 0;
    intact = intact && check_intact(in[k], bytes);
  }
  for (size_t k = 0; k < 3; k++) intact = intact && check_intact(out[k], bytes);
  for (size_t i = 0; i < PAIRS; i++) {
    s->ops->pair(s->self, 1, in[0] + i, in[1] + i, single, single + 1, single + 2);
    for (size_t k = 0; k < 3; k++)
      alike = alike && memcmp(&single[k], &out[k][i], sizeof *single) == 0;
  }
  check_verdict(s->c, "inputs stay untouched", same, "squared distances");
  check_verdict(s->c, "buffers are not overrun", intact, "guard bytes around every array");
  check_verdict(s->c, "many pairs answer like single ones", alike, "%d pairs, bit for bit", PAIRS);
}

static void deterministic(subject *s) {
  const size_t d = s->d;
  double values[2], *again = doubles(s->c, d * d);
  take_point(s, 4);
  values[0] = energy_value(s->e, s->y, s->anchor);
  energy_hessian(s->e, s->y, s->anchor, s->hessian);
  take_point(s, 5);
  energy_hessian(s->e, s->y, s->anchor, again); /* another point in between */
  take_point(s, 4);
  values[1] = energy_value(s->e, s->y, s->anchor);
  energy_hessian(s->e, s->y, s->anchor, again);
  bool same = memcmp(values, values + 1, sizeof *values) == 0 &&
              memcmp(again, s->hessian, d * d * sizeof *again) == 0;
  check_verdict(s->c, "same point, same answer", same, "value and Hessian, bit for bit");
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

static void together(subject *s) {
  const size_t d = s->d, count = 1 + d + d * d;
  answers both[2];
  check_call calls[2];
  for (uint32_t k = 0; k < 2; k++) {
    failure why;
    answers *a = &both[k];
    *a = (answers){.d = d, .y = doubles(s->c, d), .out = doubles(s->c, count)};
    energy_open(&a->e, s->e->bound, s->domain, &why);
    check_point(s->domain, k, a->y);
    calls[k] = (check_call){answer, a, a->out, count * sizeof *a->out};
  }
  check_together(s->c, calls);
  for (size_t k = 0; k < 2; k++) energy_close(&both[k].e);
}

void check_energy(check *c, const hifm_bound *bound, const hifm_domain *domain) {
  energy e;
  failure why;
  if (energy_open(&e, *bound, domain, &why)) return; /* the caller has tried this domain */
  const size_t d = domain->d;
  subject s = {.c = c,
               .e = &e,
               .ops = bound->plugin->ops.energy,
               .domain = domain,
               .self = bound->self,
               .d = d,
               .y = doubles(c, d),
               .anchor = doubles(c, d),
               .moved = doubles(c, d),
               .other = doubles(c, d),
               .gradient = doubles(c, d),
               .hessian = doubles(c, d * d)};
  finite_value(&s);
  if (s.ops->pair || s.ops->gradient) gradient_differences(&s);
  if (s.ops->pair || s.ops->hessian) hessian_differences(&s);
  if (s.ops->hessian) symmetry(&s);
  invariances(&s);
  anchor_is_used(&s);
  if (s.ops->pair)
    pair_manners(&s);
  else
    inputs_untouched(&s);
  deterministic(&s);
  together(&s);
  energy_close(&e);
}
