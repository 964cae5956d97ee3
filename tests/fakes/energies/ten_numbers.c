/* Sound, for points of 10 numbers only. */
#include "harmonic.h"

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self;
  if (domain->d != 10) return hifm_fail(err, HIFM_BAD_SETTINGS, "needs 10 numbers");
  return HIFM_OK;
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "ten_numbers",
            .summary = "for 10 numbers only", .ops = {.energy = &ops}, .init = init);
