/* Ends the process that loads it. */
#include "harmonic.h"

#include <stdlib.h>

__attribute__((constructor)) static void end(void) {
  abort();
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "aborts",
            .summary = "aborts while it is loaded", .ops = {.energy = &ops});
