/* Its value and everything derived from it is no number. */
#include "harmonic.h"

static double value(const void *self, const hifm_domain *domain, const double *y,
                    const double *anchor) {
  return NAN * harmonic_value(self, domain, y, anchor);
}

static void gradient(const void *self, const hifm_domain *domain, const double *y,
                     const double *anchor, double *out) {
  (void)self, (void)y, (void)anchor;
  for (uint32_t i = 0; i < domain->d; i++) out[i] = NAN;
}

static void hessian(const void *self, const hifm_domain *domain, const double *y,
                    const double *anchor, double *out) {
  (void)self, (void)y, (void)anchor;
  for (size_t i = 0; i < (size_t)domain->d * domain->d; i++) out[i] = NAN;
}

static const hifm_energy_ops ops = {.invariances = HIFM_INVARIANT_TRANSLATION |
                                                   HIFM_INVARIANT_ROTATION |
                                                   HIFM_INVARIANT_PERMUTATION,
                                    .value = value,
                                    .gradient = gradient,
                                    .hessian = hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "nan", .summary = "answers with NaN",
            .ops.energy = &ops);
