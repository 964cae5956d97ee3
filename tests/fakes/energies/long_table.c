/* Built with the header of a later hifm, which has one more operation. */
#include "harmonic.h"

static const struct later_ops {
  hifm_energy_ops known;
  void (*later)(void);
} ops = {.known = HARMONIC_OPS};

const hifm_plugin hifm_plugin_record = {.abi = HIFM_ABI,
                                        .kind = HIFM_ENERGY,
                                        .ops_size = sizeof ops,
                                        .instance_size = 1,
                                        .revision = 1,
                                        .name = "long_table",
                                        .summary = "more operations than this hifm knows",
                                        .ops = {.energy = &ops.known}};
