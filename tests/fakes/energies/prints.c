/* Writes to stdout as it is loaded and whenever it is asked. */
#include "harmonic.h"

#include <stdio.h>

__attribute__((constructor)) static void greet(void) {
  puts("hello from a plugin");
  fflush(stdout);
}

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  puts("still here");
  return harmonic_value(self, at, out, err);
}

static const hifm_energy_ops ops = {
    .value = value, .gradient = harmonic_gradient, .hessian = harmonic_hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "prints",
            .summary = "prints to stdout", .ops = {.energy = &ops});
