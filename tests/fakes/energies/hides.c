/* Its init changes the umask. */
#include "harmonic.h"

#include <sys/stat.h>

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self, (void)domain, (void)err;
  umask(0777);
  return HIFM_OK;
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "hides",
            .summary = "changes the umask", .init = init, .ops = {.energy = &ops});
