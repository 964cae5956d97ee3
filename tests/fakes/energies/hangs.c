/* Never comes back from its Hessian. */
#include "harmonic.h"

static hifm_status hessian(const void *self, const hifm_configuration *at, double *out,
                           hifm_error *err) {
  volatile int going = 1;
  (void)self, (void)at, (void)out, (void)err;
  while (going) {
  }
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.invariances = HIFM_INVARIANT_TRANSLATION |
                                                   HIFM_INVARIANT_ROTATION |
                                                   HIFM_INVARIANT_PERMUTATION,
                                    .value = harmonic_value,
                                    .gradient = harmonic_gradient,
                                    .hessian = hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "hangs",
            .summary = "a Hessian that never comes", .ops = {.energy = &ops});
