/* A default outside the setting's own range. */
#include "harmonic.h"

typedef struct bad_default {
  double stiffness;
} bad_default;

static const hifm_param params[] = {
    HIFM_PARAM_REAL(bad_default, stiffness, -1, HIFM_POSITIVE, 10, "of the spring"),
    HIFM_PARAM_END};

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, bad_default, .revision = 1, .name = "bad_default",
            .summary = "a default out of range", .params = params, .ops = {.energy = &ops});
