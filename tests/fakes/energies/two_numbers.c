/* Sound, but for points of two coordinates only: a saddle that is written out. */
#include "harmonic.h"

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self;
  if (domain->d != 2)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "needs 2 coordinates, not %u", domain->d);
  return HIFM_OK;
}

static double value(const void *self, const hifm_domain *domain, const double *y,
                    const double *anchor) {
  (void)self, (void)domain, (void)anchor;
  return y[0] * y[0] * y[1];
}

static void gradient(const void *self, const hifm_domain *domain, const double *y,
                     const double *anchor, double *out) {
  (void)self, (void)domain, (void)anchor;
  out[0] = 2 * y[0] * y[1];
  out[1] = y[0] * y[0];
}

static const hifm_energy_ops ops = {.value = value, .gradient = gradient};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "two_numbers",
            .summary = "a sound energy of two coordinates", .ops.energy = &ops, .init = init);
