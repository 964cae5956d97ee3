#include "host/energy.h"

#include "base/memory.h"
#include "host/energy_parts.h"

#include <stdlib.h>

static const hifm_energy_ops *ops_of(const energy *e) {
  return e->bound.plugin->ops.energy;
}

bool energy_sums_pairs(const hifm_energy_ops *ops) {
  return ops->pair || ops->pair_typed;
}

uint32_t energy_constant_invariances(const hifm_energy_ops *ops) {
  const uint32_t implied =
      HIFM_INVARIANT_TRANSLATION | HIFM_INVARIANT_ROTATION | HIFM_INVARIANT_PERMUTATION;
  return ops->invariances | (energy_sums_pairs(ops) ? implied : 0);
}

static status_code check_domain(const energy *e, failure *err) {
  const char *name = e->bound.plugin->name;
  const hifm_domain *domain = &e->domain;
  const bool pairs = energy_sums_pairs(ops_of(e));
  if (pairs &&
      (energy_pair_count(domain) == 0 || (size_t)domain->particles * domain->space != domain->d))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "energy \"%s\" is a sum over pairs, but the points are %u particles in %u "
                       "dimensions (d = %u); set \"particles\" and \"space\" of the data set",
                       name, domain->particles, domain->space, domain->d);
  if (domain->centred && !(e->invariances & HIFM_INVARIANT_TRANSLATION))
    return failure_set(
        err, STATUS_BAD_CONFIG,
        "energy \"%s\" does not declare HIFM_INVARIANT_TRANSLATION, but the points have zero "
        "centre of mass: it would push them out of that subspace",
        name);
  return STATUS_OK;
}

status_code energy_open(energy *e, hifm_bound bound, const hifm_domain *domain, failure *err) {
  const hifm_energy_ops *ops = bound.plugin->ops.energy;
  *e = (energy){.bound = bound, .domain = *domain};
  e->invariances = energy_constant_invariances(ops);
  if (ops->invariances_of) e->invariances |= ops->invariances_of(bound.self, domain);
  const status_code status = check_domain(e, err);
  if (status != STATUS_OK) return status;
  if (energy_sums_pairs(ops))
    energy_pairs_open(e);
  else
    energy_values_open(e);
  if (ops->work) e->work = memory_get(ops->work(bound.self, domain));
  return STATUS_OK;
}

void energy_close(energy *e) {
  energy_pairs_close(e);
  free(e->scratch);
  free(e->work);
  *e = (energy){0};
}

double energy_value(energy *e, const double *y, const double *anchor) {
  if (!anchor) anchor = y;
  return energy_sums_pairs(ops_of(e)) ? energy_pairs_value(e, y, anchor)
                                      : energy_values_value(e, y, anchor);
}

double energy_gradient(energy *e, const double *y, const double *anchor, double *gradient) {
  if (!anchor) anchor = y;
  return energy_sums_pairs(ops_of(e)) ? energy_pairs_gradient(e, y, anchor, gradient)
                                      : energy_values_gradient(e, y, anchor, gradient);
}

void energy_hessian(energy *e, const double *y, const double *anchor, double *hessian) {
  if (!anchor) anchor = y;
  if (energy_sums_pairs(ops_of(e)))
    energy_pairs_hessian(e, y, anchor, hessian);
  else
    energy_values_hessian(e, y, anchor, hessian);
}

void energy_hvp(energy *e, const double *y, const double *anchor, const double *x, double *out) {
  if (!anchor) anchor = y;
  if (energy_sums_pairs(ops_of(e)))
    energy_pairs_hvp(e, y, anchor, x, out);
  else
    energy_values_hvp(e, y, anchor, x, out);
}

double energy_laplacian(energy *e, const double *y, const double *anchor) {
  if (!anchor) anchor = y;
  return energy_sums_pairs(ops_of(e)) ? energy_pairs_laplacian(e, y, anchor)
                                      : energy_values_laplacian(e, y, anchor);
}

status_code energy_status(const energy *e, failure *err) {
  if (e->failed.status == STATUS_OK) return STATUS_OK;
  return failure_set(err, e->failed.status, "energy %s: %.500s", e->bound.plugin->name,
                     e->failed.message);
}

energy_source energy_hessian_source(const energy *e) {
  const hifm_energy_ops *ops = ops_of(e);
  if (energy_sums_pairs(ops)) return ENERGY_CLOSED_FORM;
  return ops->hessian || ops->hvp ? ENERGY_FROM_PLUGIN : ENERGY_FROM_DIFFERENCES;
}

const char *energy_differences(const energy *e) {
  if (energy_hessian_source(e) != ENERGY_FROM_DIFFERENCES) return "";
  return ops_of(e)->gradient ? "Hessian" : "gradient and Hessian";
}

const char *energy_source_text(energy_source source) {
  static const char *const TEXTS[] = {[ENERGY_CLOSED_FORM] = "closed form",
                                      [ENERGY_FROM_PLUGIN] = "plugin",
                                      [ENERGY_FROM_DIFFERENCES] = "central differences"};
  return TEXTS[source];
}
