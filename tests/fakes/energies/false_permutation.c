/* A ring of springs says that it does not mind permutation: it does not mind some of them. */
#include "hifm/energy.h"

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self;
  if (domain->particles < 2) return hifm_fail(err, HIFM_BAD_SETTINGS, "a ring needs particles");
  return HIFM_OK;
}

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  const hifm_domain *domain = at->domain;
  double sum = 0;
  (void)self, (void)err;
  for (uint32_t i = 0; i < domain->d; i++) {
    const double stretch = at->y[i] - at->y[(i + domain->space) % domain->d];
    sum += stretch * stretch / 2;
  }
  *out = sum;
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.invariances = HIFM_INVARIANT_TRANSLATION |
                                                   HIFM_INVARIANT_ROTATION |
                                                   HIFM_INVARIANT_PERMUTATION,
                                    .value = value};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "false_permutation",
            .summary = "declares permutations that it minds", .ops = {.energy = &ops},
            .init = init);
