/* The gradient of 0.505 |y|^2 beside the value of 0.5 |y|^2. */
#include "harmonic.h"

static hifm_status gradient(const void *self, const hifm_configuration *at, double *out,
                            hifm_error *err) {
  (void)self, (void)err;
  for (uint32_t i = 0; i < at->domain->d; i++) out[i] = 1.01 * at->y[i];
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.value = harmonic_value, .gradient = gradient};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "wrong_gradient",
            .summary = "a gradient that is 1 % off", .ops = {.energy = &ops});
