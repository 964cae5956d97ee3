/* Sound, but for points of two coordinates only: a saddle that is written out. */
#include "harmonic.h"

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self;
  if (domain->d != 2)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "needs 2 coordinates, not %u", domain->d);
  return HIFM_OK;
}

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  (void)self, (void)err;
  *out = at->y[0] * at->y[0] * at->y[1];
  return HIFM_OK;
}

static hifm_status gradient(const void *self, const hifm_configuration *at, double *out,
                            hifm_error *err) {
  (void)self, (void)err;
  out[0] = 2 * at->y[0] * at->y[1];
  out[1] = at->y[0] * at->y[0];
  return HIFM_OK;
}

static const hifm_energy_ops ops = {.value = value, .gradient = gradient};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "two_numbers",
            .summary = "a sound energy of two coordinates", .ops = {.energy = &ops}, .init = init);
