/* Its operations are those of a header with fewer of them. */
#include "harmonic.h"

static const hifm_energy_ops ops = HARMONIC_OPS;

extern const hifm_plugin hifm_plugin_record;
__attribute__((visibility("default")))
const hifm_plugin hifm_plugin_record = {.abi = HIFM_ABI,
                                        .kind = HIFM_ENERGY,
                                        .ops_size = 16,
                                        .instance_size = 1,
                                        .revision = 1,
                                        .name = "wrong_size",
                                        .summary = "operations of another size",
                                        .ops.energy = &ops};
