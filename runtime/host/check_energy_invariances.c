/* Energies: the invariances that they declare, and what follows from them for the Hessian. */
#include "base/blas.h"
#include "base/numbers.h"
#include "host/check_energy.h"

#include <string.h>

static void translate(const tested_energy *t, uint32_t draw, const double *y, double *out) {
  (void)draw;
  for (size_t i = 0; i < t->d; i++) out[i] = y[i] + 0.25 * (double)(1 + i % t->domain->space);
}

/* By 0.7 in the plane of the first coordinate and the last or second one: together these give every
 * rotation in space. */
static void rotate(const tested_energy *t, uint32_t draw, const double *y, double *out) {
  const size_t space = t->domain->space, other = draw % 2 ? 1 : space - 1;
  memcpy(out, y, t->d * sizeof *y);
  for (size_t i = 0; i < t->d; i += space) {
    out[i] = cos(0.7) * y[i] - sin(0.7) * y[i + other];
    out[i + other] = sin(0.7) * y[i] + cos(0.7) * y[i + other];
  }
}

/* The first particle goes last (which a ring would not mind), or the first two change places: these
 * two give every permutation. */
static void permute(const tested_energy *t, uint32_t draw, const double *y, double *out) {
  const size_t space = t->domain->space, moved = draw % 2 ? 2 * space : t->d;
  memcpy(out, y + space, (moved - space) * sizeof *y);
  memcpy(out + moved - space, y, space * sizeof *y);
  memcpy(out + moved, y + moved, (t->d - moved) * sizeof *y);
}

static const struct {
  uint32_t flag;
  const char *word, *check;
  void (*move)(const tested_energy *t, uint32_t draw, const double *y, double *out);
  bool anchor_too;
} MOTIONS[] = {
    {HIFM_INVARIANT_TRANSLATION, "HIFM_INVARIANT_TRANSLATION", "value is unchanged by translation",
     translate, false},
    {HIFM_INVARIANT_ROTATION, "HIFM_INVARIANT_ROTATION", "value is unchanged by rotation", rotate,
     false},
    {HIFM_INVARIANT_PERMUTATION, "HIFM_INVARIANT_PERMUTATION", "value is unchanged by permutation",
     permute, true},
};
enum { MOTION_COUNT = sizeof MOTIONS / sizeof *MOTIONS };

static void invariance(tested_energy *t, size_t m) {
  const bool anchor_too = MOTIONS[m].anchor_too;
  double error = 0;
  for (uint32_t draw = 0; draw < CHECK_DRAWS; draw++) {
    check_take_point(t, draw);
    double before = energy_value(t->e, t->y, t->anchor);
    MOTIONS[m].move(t, draw, t->y, t->moved);
    if (anchor_too) MOTIONS[m].move(t, draw, t->anchor, t->other);
    double after = energy_value(t->e, t->moved, anchor_too ? t->other : t->anchor);
    error = numbers_nan_max(error, fabs(after - before) / fmax(fabs(before), 1));
  }
  check_within(t->c, MOTIONS[m].check, error, 1e-10);
}

/* V unchanged by translation means H t = 0. */
static void flat_translations(tested_energy *t) {
  const size_t d = t->d, space = t->domain->space;
  double worst = 0;
  check_take_point(t, 1);
  energy_hessian(t->e, t->y, t->anchor, t->hessian);
  for (size_t i = 0; i < d; i++)
    for (size_t k = 0; k < space; k++) {
      double sum = 0;
      for (size_t j = k; j < d; j += space) sum += t->hessian[i * d + j];
      worst = numbers_nan_max(worst, fabs(sum));
    }
  check_within(t->c, "Hessian is zero along translations", worst / check_largest(t->hessian, d * d),
               1e-6);
}

/* With W the generator of a rotation, V unchanged by it means H W y = W g. */
static void turning_gradient(tested_energy *t) {
  const size_t d = t->d, space = t->domain->space, last = space - 1;
  double worst = 0;
  check_take_point(t, 2);
  energy_hessian(t->e, t->y, t->anchor, t->hessian);
  energy_gradient(t->e, t->y, t->anchor, t->gradient);
  for (size_t i = 0; i < d; i++) {
    t->moved[i] = i % space == 0 ? -t->y[i + last] : i % space == last ? t->y[i - last] : 0;
    t->other[i] = i % space == 0      ? -t->gradient[i + last]
                  : i % space == last ? t->gradient[i - last]
                                      : 0;
  }
  for (size_t i = 0; i < d; i++) {
    double sum = -t->other[i];
    for (size_t j = 0; j < d; j++) sum += t->hessian[i * d + j] * t->moved[j];
    worst = numbers_nan_max(worst, fabs(sum));
  }
  double size = check_largest(t->hessian, d * d) * check_largest(t->y, d);
  check_within(t->c, "Hessian turns with rotations", worst / size, 1e-6);
}

/* Rigid motions that cost nothing to second order: rotations count only where the gradient is 0,
 * as it is for many anchored energies at their anchor. */
static void nullity(tested_energy *t, bool translates, bool rotates) {
  const size_t d = t->d, space = t->domain->space;
  check_take_point(t, 3);
  energy_gradient(t->e, t->y, t->y, t->gradient);
  energy_hessian(t->e, t->y, t->y, t->hessian);
  double size = check_largest(t->hessian, d * d);
  bool still = check_largest(t->gradient, d) < 1e-9 * size;
  size_t expected = (translates ? space : 0) + (rotates && still ? space * (space - 1) / 2 : 0);
  double *basis = check_doubles(t->c, d * d);
  failure why;
  if (blas_eigen(t->hessian, d, t->other, basis, &why)) {
    check_verdict(t->c, "null space holds the rigid motions", false, "%s", why.message);
    return;
  }
  size_t null = 0;
  for (size_t i = 0; i < d; i++) null += fabs(t->other[i]) < 1e-6 * check_largest(t->other, d);
  check_verdict(t->c, "null space holds the rigid motions", null >= expected,
                "nullity %zu, at least %zu follows from the invariances", null, expected);
}

void check_energy_invariances(tested_energy *t) {
  uint32_t flags = t->e->invariances;
  if (!t->domain->particles) return;
  if (t->domain->space == 1)
    flags &= ~(uint32_t)HIFM_INVARIANT_ROTATION; /* on a line nothing rotates */
  if (t->domain->types)
    flags &= ~(uint32_t)HIFM_INVARIANT_PERMUTATION; /* the permutations here mix types */
  for (size_t m = 0; m < MOTION_COUNT; m++)
    if (flags & MOTIONS[m].flag) invariance(t, m);
  if (flags & HIFM_INVARIANT_TRANSLATION) flat_translations(t);
  if (flags & HIFM_INVARIANT_ROTATION) turning_gradient(t);
  if (flags & (HIFM_INVARIANT_TRANSLATION | HIFM_INVARIANT_ROTATION))
    nullity(t, flags & HIFM_INVARIANT_TRANSLATION, flags & HIFM_INVARIANT_ROTATION);
}

void check_energy_without_particles(check *c, const char *refusal) {
  for (size_t m = 0; m < MOTION_COUNT; m++)
    if (c->plugin->ops.energy->invariances & MOTIONS[m].flag)
      check_verdict(c, MOTIONS[m].check, false,
                    "%s is declared, a promise about particles, but it refuses those that were "
                    "tried; leave the flag out (%s)",
                    MOTIONS[m].word, refusal);
}
