/* Its value and everything derived from it is NaN. */
#include "harmonic.h"

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  (void)self, (void)at, (void)err;
  *out = NAN;
  return HIFM_OK;
}

static hifm_status gradient(const void *self, const hifm_configuration *at, double *out,
                            hifm_error *err) {
  (void)self, (void)err;
  for (uint32_t i = 0; i < at->domain->d; i++) out[i] = NAN;
  return HIFM_OK;
}

static hifm_status hessian(const void *self, const hifm_configuration *at, double *out,
                           hifm_error *err) {
  const size_t d = at->domain->d;
  (void)self, (void)err;
  for (size_t i = 0; i < d * d; i++) out[i] = NAN;
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.invariances = HIFM_INVARIANT_TRANSLATION |
                                                   HIFM_INVARIANT_ROTATION |
                                                   HIFM_INVARIANT_PERMUTATION,
                                    .value = value,
                                    .gradient = gradient,
                                    .hessian = hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "nan", .summary = "answers with NaN",
            .ops = {.energy = &ops});
