/* Its product with the Hessian is off by 1 %. */
#include "harmonic.h"

static hifm_status hvp(const void *self, const hifm_configuration *at, const double *x, double *out,
                       hifm_error *err) {
  (void)self, (void)err;
  for (uint32_t i = 0; i < at->domain->d; i++) out[i] = 1.01 * x[i];
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.value = harmonic_value,
                                    .gradient = harmonic_gradient,
                                    .hessian = harmonic_hessian,
                                    .hvp = hvp};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "wrong_product",
            .summary = "a Hessian-vector product that is 1 % off", .ops = {.energy = &ops});
