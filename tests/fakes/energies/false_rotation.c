/* A trap that is stiffer along the second axis says that it does not mind rotation. It is right
 * about permutation. */
#include "harmonic.h"

static double stiffness(const hifm_domain *domain, uint32_t i) {
  return domain->particles && i % domain->space == 1 ? 2 : 1;
}

static double value(const void *self, const hifm_domain *domain, const double *y,
                    const double *anchor) {
  (void)self, (void)anchor;
  double sum = 0;
  for (uint32_t i = 0; i < domain->d; i++) sum += stiffness(domain, i) * y[i] * y[i] / 2;
  return sum;
}

static void gradient(const void *self, const hifm_domain *domain, const double *y,
                     const double *anchor, double *out) {
  (void)self, (void)anchor;
  for (uint32_t i = 0; i < domain->d; i++) out[i] = stiffness(domain, i) * y[i];
}

static const hifm_energy_ops ops = {.invariances =
                                        HIFM_INVARIANT_ROTATION | HIFM_INVARIANT_PERMUTATION,
                                    .value = value,
                                    .gradient = gradient};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "false_rotation",
            .summary = "declares rotations that it minds", .ops.energy = &ops);
