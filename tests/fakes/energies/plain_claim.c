/* Declares what it does with particles, but refuses them. */
#include "harmonic.h"

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self;
  if (domain->particles) return hifm_fail(err, HIFM_BAD_SETTINGS, "is for plain numbers");
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.invariances =
                                        HIFM_INVARIANT_ROTATION | HIFM_INVARIANT_PERMUTATION,
                                    .value = harmonic_value,
                                    .gradient = harmonic_gradient,
                                    .hessian = harmonic_hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "plain_claim",
            .summary = "declares rotations of what it refuses", .ops = {.energy = &ops},
            .init = init);
