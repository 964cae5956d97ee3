/* Writes to the first page of memory when asked for a Hessian. */
#include "harmonic.h"

static hifm_status hessian(const void *self, const hifm_configuration *at, double *out,
                           hifm_error *err) {
  const volatile uintptr_t nowhere = 64;
  (void)self, (void)out, (void)err;
  *(volatile double *)nowhere = *at->y;
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.invariances = HIFM_INVARIANT_TRANSLATION |
                                                   HIFM_INVARIANT_ROTATION |
                                                   HIFM_INVARIANT_PERMUTATION,
                                    .value = harmonic_value,
                                    .gradient = harmonic_gradient,
                                    .hessian = hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "crashes",
            .summary = "a Hessian that ends with SIGSEGV", .ops = {.energy = &ops});
