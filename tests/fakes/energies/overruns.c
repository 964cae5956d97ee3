/* Writes three slopes however few coordinates there are. */
#include "harmonic.h"

static hifm_status gradient(const void *self, const hifm_configuration *at, double *out,
                            hifm_error *err) {
  out[2] = 0;
  return harmonic_gradient(self, at, out, err);
}

static const hifm_energy_ops ops = {
    .value = harmonic_value, .gradient = gradient, .hessian = harmonic_hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "overruns",
            .summary = "writes past the end of short points", .ops = {.energy = &ops});
