/* Can answer but not learn. */
#include "linear.h"

static const hifm_network_ops ops = {.tensors = linear_tensors,
                                     .chunk = linear_chunk,
                                     .work = linear_work,
                                     .forward = linear_forward};

HIFM_PLUGIN(network, HIFM_NETWORK, char, .revision = 1, .name = "missing_backward",
            .summary = "no backward pass", .ops = {.network = &ops});
