/* Refuses every kind of data point. */
#include "harmonic.h"

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self;
  return hifm_fail(err, HIFM_BAD_SETTINGS, "needs 1000 coordinates, not %u", domain->d);
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "fits_nothing",
            .summary = "for no data point that there is", .ops = {.energy = &ops}, .init = init);
