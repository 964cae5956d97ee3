/* Keeps the value in a static variable for a moment. */
#include "harmonic.h"

#include <sched.h>

static double value(const void *self, const hifm_domain *domain, const double *y,
                    const double *anchor) {
  static volatile double scratch;
  scratch = harmonic_value(self, domain, y, anchor);
  sched_yield();
  return scratch;
}

static const hifm_energy_ops ops = {
    .value = value, .gradient = harmonic_gradient, .hessian = harmonic_hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "static_scratch",
            .summary = "two threads get into each other's way", .ops.energy = &ops);
