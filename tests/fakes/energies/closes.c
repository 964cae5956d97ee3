/* Its init closes the standard input. */
#include "harmonic.h"

#include <unistd.h>

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self, (void)domain, (void)err;
  return close(STDIN_FILENO) == 0 ? HIFM_OK : HIFM_IO_FAILED;
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "closes",
            .summary = "closes a file that is not its own", .init = init, .ops = {.energy = &ops});
