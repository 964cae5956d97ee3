/* Its init changes environment variables. */
#include "harmonic.h"

#include <stdlib.h>

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self, (void)domain, (void)err;
  setenv("PATH", "/", 1);
  setenv("HIFM_FAKE", "yes", 1);
  return unsetenv("HOME") == 0 ? HIFM_OK : HIFM_IO_FAILED;
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "exports",
            .summary = "changes environment variables", .init = init, .ops = {.energy = &ops});
