/* Its value blocks signals. */
#include "harmonic.h"

#include <signal.h>

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  return harmonic_value(self, at, out, err);
}

static const hifm_energy_ops ops = {
    .value = value, .gradient = harmonic_gradient, .hessian = harmonic_hessian};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "blocks", .summary = "blocks signals",
            .ops = {.energy = &ops});
