/* Built for the ABI before this one. */
#include "harmonic.h"

static const hifm_energy_ops ops = HARMONIC_OPS;

const hifm_plugin hifm_plugin_record = {.abi = HIFM_ABI - 1,
                                        .kind = HIFM_ENERGY,
                                        .ops_size = sizeof ops,
                                        .instance_size = 1,
                                        .revision = 1,
                                        .name = "old_abi",
                                        .summary = "built for an older hifm",
                                        .ops = {.energy = &ops}};
