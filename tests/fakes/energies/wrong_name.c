/* Its record and its file do not agree on its name. */
#include "harmonic.h"

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "right_name",
            .summary = "another name than its file", .ops = {.energy = &ops});
