/* Its value changes the rounding mode. */
#include "harmonic.h"

#include <fenv.h>

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  fesetround(FE_UPWARD);
  return harmonic_value(self, at, out, err);
}

static const hifm_energy_ops ops = {
    .value = value, .gradient = harmonic_gradient, .hessian = harmonic_hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "rounds_later",
            .summary = "rounds up later", .ops = {.energy = &ops});
