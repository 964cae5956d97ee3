/* Writes three slopes however few coordinates there are. */
#include "harmonic.h"

static void gradient(const void *self, const hifm_domain *domain, const double *y,
                     const double *anchor, double *out) {
  out[2] = 0;
  harmonic_gradient(self, domain, y, anchor, out);
}

static const hifm_energy_ops ops = {
    .value = harmonic_value, .gradient = gradient, .hessian = harmonic_hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "overruns",
            .summary = "writes past the end of short points", .ops.energy = &ops);
