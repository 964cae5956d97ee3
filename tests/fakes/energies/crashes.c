/* Writes to the first page of memory when asked for a Hessian. */
#include "harmonic.h"

static void hessian(const void *self, const hifm_domain *domain, const double *y,
                    const double *anchor, double *out) {
  const volatile uintptr_t nowhere = 64;
  (void)self, (void)domain, (void)anchor, (void)out;
  *(volatile double *)nowhere = *y;
}

static const hifm_energy_ops ops = {.invariances = HIFM_INVARIANT_TRANSLATION |
                                                   HIFM_INVARIANT_ROTATION |
                                                   HIFM_INVARIANT_PERMUTATION,
                                    .value = harmonic_value,
                                    .gradient = harmonic_gradient,
                                    .hessian = hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "crashes",
            .summary = "a Hessian that ends with SIGSEGV", .ops.energy = &ops);
