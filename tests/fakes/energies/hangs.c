/* Never comes back from its Hessian. */
#include "harmonic.h"

static void hessian(const void *self, const hifm_domain *domain, const double *y,
                    const double *anchor, double *out) {
  volatile int going = 1;
  (void)self, (void)domain, (void)y, (void)anchor, (void)out;
  while (going) {
  }
}

static const hifm_energy_ops ops = {.invariances = HIFM_INVARIANT_TRANSLATION |
                                                   HIFM_INVARIANT_ROTATION |
                                                   HIFM_INVARIANT_PERMUTATION,
                                    .value = harmonic_value,
                                    .gradient = harmonic_gradient,
                                    .hessian = hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "hangs",
            .summary = "a Hessian that never comes", .ops.energy = &ops);
