/* Sound. Built with the header of an earlier hifm, whose operations ended with the gradient; what
 * lies behind them in memory is not a function. */
#include "harmonic.h"

#define NOWHERE ((uintptr_t)16)

static const hifm_energy_ops ops = {
    .value = harmonic_value,
    .gradient = harmonic_gradient,
    .hessian =
        (hifm_status(*)(const void *, const hifm_configuration *, double *, hifm_error *))NOWHERE,
    .hvp = (hifm_status(*)(const void *, const hifm_configuration *, const double *, double *,
                           hifm_error *))NOWHERE,
    .work = (size_t(*)(const void *, const hifm_domain *))NOWHERE,
    .invariances_of = (uint32_t(*)(const void *, const hifm_domain *))NOWHERE};

const hifm_plugin hifm_plugin_record = {.abi = HIFM_ABI,
                                        .kind = HIFM_ENERGY,
                                        .ops_size = offsetof(hifm_energy_ops, hessian),
                                        .instance_size = 1,
                                        .revision = 1,
                                        .name = "short_table",
                                        .summary = "the operations of an earlier hifm",
                                        .ops = {.energy = &ops}};
