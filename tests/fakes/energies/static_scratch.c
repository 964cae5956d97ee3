/* Keeps the value in a static variable for a moment. */
#include "harmonic.h"

#include <sched.h>

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  static volatile double scratch;
  double sum;
  const hifm_status status = harmonic_value(self, at, &sum, err);
  scratch = sum;
  sched_yield();
  *out = scratch;
  return status;
}

static const hifm_energy_ops ops = {
    .value = value, .gradient = harmonic_gradient, .hessian = harmonic_hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "static_scratch",
            .summary = "two threads get into each other's way", .ops = {.energy = &ops});
