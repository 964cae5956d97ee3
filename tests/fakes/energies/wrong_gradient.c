/* The gradient of 0.505 |y|^2 beside the value of 0.5 |y|^2. */
#include "harmonic.h"

static void gradient(const void *self, const hifm_domain *domain, const double *y,
                     const double *anchor, double *out) {
  (void)self, (void)anchor;
  for (uint32_t i = 0; i < domain->d; i++) out[i] = 1.01 * y[i];
}

static const hifm_energy_ops ops = {.value = harmonic_value, .gradient = gradient};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "wrong_gradient",
            .summary = "a gradient that is 1 % off", .ops.energy = &ops);
