/* Says that it does not mind translation; a trap does. */
#include "harmonic.h"

static const hifm_energy_ops ops = {.invariances = HIFM_INVARIANT_TRANSLATION,
                                    .value = harmonic_value,
                                    .gradient = harmonic_gradient,
                                    .hessian = harmonic_hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "false_claim",
            .summary = "declares an invariance that it lacks", .ops = {.energy = &ops});
