/* Its value changes the working directory. */
#include "harmonic.h"

#include <unistd.h>

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  if (chdir("/") != 0) return HIFM_IO_FAILED;
  return harmonic_value(self, at, out, err);
}

static const hifm_energy_ops ops = {
    .value = value, .gradient = harmonic_gradient, .hessian = harmonic_hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "walks",
            .summary = "changes the working directory", .ops = {.energy = &ops});
