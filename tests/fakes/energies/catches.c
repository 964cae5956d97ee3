/* Its init handles SIGTERM. */
#include "harmonic.h"

#include <signal.h>

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self, (void)domain, (void)err;
  signal(SIGTERM, SIG_IGN);
  return HIFM_OK;
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "catches",
            .summary = "handles a signal", .init = init, .ops = {.energy = &ops});
