/* Its init leaves a file open. */
#include "harmonic.h"

#include <fcntl.h>

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self, (void)domain, (void)err;
  return open("/dev/zero", O_RDONLY) >= 0 ? HIFM_OK : HIFM_IO_FAILED;
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "leaves_open",
            .summary = "leaves a file open", .init = init, .ops = {.energy = &ops});
