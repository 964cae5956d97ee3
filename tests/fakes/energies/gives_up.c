/* Its gradient fails, with words. */
#include "harmonic.h"

static hifm_status gradient(const void *self, const hifm_configuration *at, double *out,
                            hifm_error *err) {
  (void)self, (void)out;
  return hifm_fail(err, HIFM_DIVERGED, "no convergence at y[0] = %g", at->y[0]);
}

static const hifm_energy_ops ops = {.value = harmonic_value, .gradient = gradient};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "gives_up",
            .summary = "a gradient that fails", .ops = {.energy = &ops});
