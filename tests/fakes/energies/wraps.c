/* Sound: half of another energy, which it asks with its own settings. */
#include "hifm/energy.h"

typedef struct wraps {
  hifm_bound inner;
} wraps;

static const hifm_energy_ops *inner_ops(const wraps *set) {
  return set->inner.plugin->ops.energy;
}

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  const wraps *set = self;
  (void)domain;
  if (!inner_ops(set)->value || !inner_ops(set)->gradient)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "%s has no value and gradient",
                     set->inner.plugin->name);
  return HIFM_OK;
}

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  const wraps *set = self;
  const hifm_status status = inner_ops(set)->value(set->inner.self, at, out, err);
  *out /= 2;
  return status;
}

static hifm_status gradient(const void *self, const hifm_configuration *at, double *out,
                            hifm_error *err) {
  const wraps *set = self;
  const hifm_status status = inner_ops(set)->gradient(set->inner.self, at, out, err);
  for (uint32_t i = 0; i < at->domain->d; i++) out[i] /= 2;
  return status;
}

static size_t work(const void *self, const hifm_domain *domain) {
  const wraps *set = self;
  return inner_ops(set)->work ? inner_ops(set)->work(set->inner.self, domain) : 0;
}

static uint32_t invariances_of(const void *self, const hifm_domain *domain) {
  const wraps *set = self;
  const hifm_energy_ops *inner = inner_ops(set);
  return inner->invariances |
         (inner->invariances_of ? inner->invariances_of(set->inner.self, domain) : 0);
}

static const hifm_param params[] = {
    HIFM_PARAM_REF(wraps, inner, HIFM_ENERGY, "double_well", "the energy that is halved"),
    HIFM_PARAM_END};

static const hifm_energy_ops ops = {
    .value = value, .gradient = gradient, .work = work, .invariances_of = invariances_of};

HIFM_PLUGIN(energy, HIFM_ENERGY, wraps, .revision = 1, .name = "wraps",
            .summary = "half of another energy", .params = params, .ops = {.energy = &ops},
            .init = init);
