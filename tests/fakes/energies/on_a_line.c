/* Sound, for particles on a line only: springs between all. */
#include "harmonic.h"

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self;
  if (!domain->particles || domain->space != 1)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "needs particles on a line");
  return HIFM_OK;
}

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  double sum = 0;
  (void)self, (void)err;
  for (uint32_t i = 0; i < at->domain->d; i++)
    for (uint32_t j = 0; j < i; j++) sum += pow(at->y[i] - at->y[j], 2);
  *out = sum;
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.invariances = HIFM_INVARIANT_TRANSLATION |
                                                   HIFM_INVARIANT_ROTATION |
                                                   HIFM_INVARIANT_PERMUTATION,
                                    .value = value};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "on_a_line",
            .summary = "for particles on a line", .ops = {.energy = &ops}, .init = init);
