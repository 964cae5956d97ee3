/* Writes to the first page of memory when it is bound to points of two numbers. */
#include "harmonic.h"

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  const volatile uintptr_t nowhere = 64;
  (void)self, (void)err;
  if (domain->d == 2) *(volatile double *)nowhere = 1;
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.invariances = HIFM_INVARIANT_TRANSLATION |
                                                   HIFM_INVARIANT_ROTATION |
                                                   HIFM_INVARIANT_PERMUTATION,
                                    .value = harmonic_value,
                                    .gradient = harmonic_gradient};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "dies_in_init",
            .summary = "ends with SIGSEGV for points of two numbers", .init = init,
            .ops = {.energy = &ops});
