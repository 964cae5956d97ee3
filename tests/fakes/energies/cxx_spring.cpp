// Sound: V = stiffness |y|^2 / 2, in C++20.
#include "hifm/energy.h"

namespace {

struct spring {
  double stiffness;
};

hifm_status value(const void *self, const hifm_configuration *at, double *out, hifm_error *) {
  const auto *set = static_cast<const spring *>(self);
  double sum = 0;
  for (uint32_t i = 0; i < at->domain->d; i++) sum += at->y[i] * at->y[i];
  *out = set->stiffness * sum / 2;
  return HIFM_OK;
}

hifm_status gradient(const void *self, const hifm_configuration *at, double *out, hifm_error *) {
  const auto *set = static_cast<const spring *>(self);
  for (uint32_t i = 0; i < at->domain->d; i++) out[i] = set->stiffness * at->y[i];
  return HIFM_OK;
}

hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  if (domain->particles)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "%g |y|^2 is for plain numbers",
                     static_cast<spring *>(self)->stiffness);
  return HIFM_OK;
}

const hifm_energy_ops ops = {.value = value, .gradient = gradient};

const hifm_param params[] = {
    HIFM_PARAM_REAL(spring, stiffness, 2, HIFM_POSITIVE, 10, "of the spring"), HIFM_PARAM_END};

} // namespace

HIFM_PLUGIN(energy, HIFM_ENERGY, spring, .revision = 1, .name = "cxx_spring",
            .summary = "a spring in C++", .params = params, .ops = {.energy = &ops}, .init = init);
