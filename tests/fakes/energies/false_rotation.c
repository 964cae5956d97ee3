/* A trap that is stiffer along the second axis says that it does not mind rotation. It is right
 * about permutation. */
#include "harmonic.h"

static double stiffness(const hifm_domain *domain, uint32_t i) {
  return domain->particles && i % domain->space == 1 ? 2 : 1;
}

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  double sum = 0;
  (void)self, (void)err;
  for (uint32_t i = 0; i < at->domain->d; i++)
    sum += stiffness(at->domain, i) * at->y[i] * at->y[i] / 2;
  *out = sum;
  return HIFM_OK;
}

static hifm_status gradient(const void *self, const hifm_configuration *at, double *out,
                            hifm_error *err) {
  (void)self, (void)err;
  for (uint32_t i = 0; i < at->domain->d; i++) out[i] = stiffness(at->domain, i) * at->y[i];
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.invariances =
                                        HIFM_INVARIANT_ROTATION | HIFM_INVARIANT_PERMUTATION,
                                    .value = value,
                                    .gradient = gradient};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "false_rotation",
            .summary = "declares rotations that it minds", .ops = {.energy = &ops});
