/* A preset outside the setting's own range. */
#include "harmonic.h"

typedef struct bad_preset {
  double stiffness;
} bad_preset;

static const hifm_param params[] = {
    HIFM_PARAM_REAL(bad_preset, stiffness, -1, HIFM_POSITIVE, 10, "of the spring"), HIFM_PARAM_END};

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, bad_preset, .revision = 1, .name = "bad_preset",
            .summary = "a preset out of range", .params = params, .ops.energy = &ops);
