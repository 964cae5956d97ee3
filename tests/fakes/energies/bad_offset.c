/* A setting that would be stored behind the end of the instance. */
#include "harmonic.h"

typedef struct large {
  double first, second;
} large;

static const hifm_param params[] = {HIFM_PARAM_REAL(large, second, 1, 0, 10, "lies outside"),
                                    HIFM_PARAM_END};

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, double, .revision = 1, .name = "bad_offset",
            .summary = "a setting outside its instance", .params = params, .ops = {.energy = &ops});
