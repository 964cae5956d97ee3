/* For 7 particles, whose centre the points of a data set lack: it must declare
 * HIFM_INVARIANT_TRANSLATION. */
#include "harmonic.h"

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self;
  if (domain->particles != 7) return hifm_fail(err, HIFM_BAD_SETTINGS, "needs 7 particles");
  return HIFM_OK;
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "no_promise",
            .summary = "for 7 particles, not translated", .ops = {.energy = &ops}, .init = init);
