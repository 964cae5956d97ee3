/* Its init makes divisions by zero deadly. */
#include "harmonic.h"

#include <fenv.h>

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self, (void)domain, (void)err;
  feenableexcept(FE_DIVBYZERO);
  return HIFM_OK;
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "traps", .summary = "traps",
            .init = init, .ops = {.energy = &ops});
