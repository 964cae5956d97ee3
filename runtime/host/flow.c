#include "host/flow.h"

#include "base/memory.h"
#include "host/plugin_status.h"
#include "host/plugins.h"
#include "host/surroundings.h"

#include <string.h>

static status_code need_hessian(const flow_role *roles, size_t i, failure *err) {
  if (roles[i].role & HIFM_STAGE_HESSIAN && !(roles[0].role & HIFM_STAGE_HESSIAN))
    return failure_set(
        err, STATUS_BAD_CONFIG,
        "flow: the stage %s needs a Hessian, but the path stage %s brings none; begin "
        "with a stage that has an energy",
        roles[i].name, roles[0].name);
  return STATUS_OK;
}

/* The rates of a Hessian may be part of an own path, see hifm/flow.h. */
static bool ignores_rates(const flow_role *source) {
  return source->own_path && !(source->role & HIFM_STAGE_HESSIAN);
}

static status_code check_noise(const flow_role *roles, size_t i, size_t *noise, failure *err) {
  if (roles[i].role & HIFM_STAGE_NOISE) {
    if (roles[0].own_path)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "flow: the path stage %s takes no noise stage (%s)", roles[0].name,
                         roles[i].name);
    if (*noise)
      return failure_set(err, STATUS_BAD_CONFIG, "flow: at most one noise stage, got %s and %s",
                         roles[*noise].name, roles[i].name);
    *noise = i;
  } else if (roles[i].role & HIFM_STAGE_RATES && ignores_rates(&roles[0])) {
    return failure_set(err, STATUS_BAD_CONFIG,
                       "flow: the stage %s changes rates, but the path of the stage %s does not "
                       "depend on rates",
                       roles[i].name, roles[0].name);
  } else if (*noise && roles[i].role & HIFM_STAGE_RATES) {
    return failure_set(
        err, STATUS_BAD_CONFIG,
        "flow: the stage %s changes rates, so it must come before the noise stage %s",
        roles[i].name, roles[*noise].name);
  }
  return STATUS_OK;
}

status_code flow_check_order(const flow_role *roles, size_t count, failure *err) {
  size_t noise = 0;
  if (count == 0)
    return failure_set(err, STATUS_BAD_CONFIG, "flow: no stage is given; begin with a path stage");
  if (count > FLOW_STAGES_MAX)
    return failure_set(err, STATUS_BAD_CONFIG, "flow: %zu stages, at most %d are allowed", count,
                       FLOW_STAGES_MAX);
  if (!(roles[0].role & HIFM_STAGE_SOURCE))
    return failure_set(
        err, STATUS_BAD_CONFIG,
        "flow: the first stage, %s, is not a path stage; hifm plugin list shows them",
        roles[0].name);
  for (size_t i = 1; i < count; i++) {
    if (roles[i].role & HIFM_STAGE_SOURCE)
      return failure_set(err, STATUS_BAD_CONFIG, "flow: exactly one path stage, got %s and %s",
                         roles[0].name, roles[i].name);
    for (size_t j = 1; j < i; j++)
      if (strcmp(roles[i].name, roles[j].name) == 0)
        return failure_set(err, STATUS_BAD_CONFIG,
                           "flow: the stage %s is given twice (positions %zu and %zu)",
                           roles[i].name, j + 1, i + 1);
    status_code status = need_hessian(roles, i, err);
    if (status == STATUS_OK) status = check_noise(roles, i, &noise, err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* The energy of a HESSIAN source. */
static status_code find_energy(const hifm_bound *source, hifm_bound *energy, failure *err) {
  const hifm_param *setting = params_energy(source->plugin->params);
  if (!setting)
    return failure_set(err, STATUS_BAD_CONFIG, "flow: the path stage %s declares no energy",
                       source->plugin->name);
  memcpy(energy, (const char *)source->self + setting->offset, sizeof *energy);
  return STATUS_OK;
}

status_code flow_open(flow *f, arena *a, const value *stages, const hifm_domain *domain,
                      failure *err) {
  flow_role roles[FLOW_STAGES_MAX];
  status_code status = STATUS_OK;
  memset(f, 0, sizeof *f);
  f->d = domain->d;
  for (size_t i = 0; i < stages->count && i < FLOW_STAGES_MAX && status == STATUS_OK; i++) {
    const char *name = value_get_text(stages->items[i], PARAMS_NAME, "stage");
    status = plugins_bind(a, HIFM_FLOW, stages->items[i], arena_format(a, "flow.%s", name), domain,
                          &f->stages[i], err);
    if (status != STATUS_OK) break;
    f->count = i + 1;
    const hifm_plugin *plugin = f->stages[i].plugin;
    roles[i] = (flow_role){plugin->name, plugin->ops.flow->role, plugin->ops.flow->path != NULL};
  }
  if (status == STATUS_OK) status = flow_check_order(roles, stages->count, err);
  if (status == STATUS_OK && roles[0].role & HIFM_STAGE_HESSIAN) {
    f->hessian = true;
    status = find_energy(&f->stages[0], &f->energy, err);
  }
  if (status != STATUS_OK) flow_close(f);
  return status;
}

void flow_close(flow *f) {
  for (size_t i = 0; i < f->count; i++) plugins_drop(&f->stages[i]);
  memset(f, 0, sizeof *f);
}

size_t flow_modes(const flow *f) {
  return f->hessian ? f->d : 1;
}

/* The scalars that stages may look at, of the arrays as they are now. */
static void set_range(hifm_spectrum *spectrum) {
  spectrum->low = INFINITY;
  spectrum->high = 0;
  for (size_t i = 0; i < spectrum->modes; i++) {
    if (spectrum->null[i]) continue;
    spectrum->low = fmin(spectrum->low, spectrum->alpha[i]);
    spectrum->high = fmax(spectrum->high, spectrum->alpha[i]);
  }
}

/* Before a HESSIAN source: smallest eigenvalue and largest magnitude, see hifm/flow.h. */
static void set_raw_range(hifm_spectrum *spectrum) {
  spectrum->low = spectrum->alpha[0];
  spectrum->high = 0;
  for (size_t i = 0; i < spectrum->modes; i++) {
    spectrum->low = fmin(spectrum->low, spectrum->alpha[i]);
    spectrum->high = fmax(spectrum->high, fabs(spectrum->alpha[i]));
  }
}

status_code flow_shape(const flow *f, const hifm_point *point, const double *eigenvalues,
                       hifm_spectrum *spectrum, failure *err) {
  const size_t modes = flow_modes(f);
  spectrum->modes = modes;
  spectrum->kappa = 1;
  spectrum->low = spectrum->high = 0;
  for (size_t i = 0; i < modes; i++) {
    spectrum->alpha[i] = eigenvalues ? eigenvalues[i] : 0;
    spectrum->beta[i] = 0;
    spectrum->null[i] = false;
    spectrum->visible[i] = true;
  }
  if (eigenvalues) set_raw_range(spectrum);
  for (size_t k = 0; k < f->count; k++) {
    const hifm_bound *stage = &f->stages[k];
    hifm_error why = {.message = ""};
    const hifm_status status = stage->plugin->ops.flow->shape(stage->self, point, spectrum, &why);
    surroundings_keep_numbers(stage->plugin->name, "shape");
    if (status != HIFM_OK) return plugin_status_in(status, &why, err);
    set_range(spectrum);
  }
  return STATUS_OK;
}

/* Eqs. 15-17 with t eliminated by eq. 21, multiplied out so that nothing cancels near z = 1:
 * p = alpha / (kappa alpha_min), g = beta^2 / (2 alpha),
 * m = 1 - q^p, s^2 = g + q^2p (1 - g), m' = p q^(p-1), s' = -p q^(2p-1) (1 - g) / s. Where s is
 * 0, g is, so that s' = -m'. */
static void linear_path(const hifm_spectrum *spectrum, double q, double *m, double *s, double *dm,
                        double *ds) {
  const double log_q = log(q), inverse = 1 / (spectrum->kappa * spectrum->low);
  for (size_t i = 0; i < spectrum->modes; i++) {
    const double alpha = spectrum->alpha[i];
    if (alpha == 0) { /* a null mode that was not hyperbolized stays at the prior */
      m[i] = dm[i] = ds[i] = 0;
      s[i] = 1;
      continue;
    }
    const double p = alpha * inverse, g = spectrum->beta[i] * spectrum->beta[i] / (2 * alpha);
    const double power = exp(p * log_q); /* q^p */
    m[i] = 1 - power;
    s[i] = sqrt(g + power * power * (1 - g));
    dm[i] = p * power / q;
    ds[i] = s[i] > 0 ? -p * (power / q) * power * (1 - g) / s[i] : -dm[i];
  }
}

static bool has_own_path(const flow *f) {
  return f->stages[0].plugin->ops.flow->path != NULL;
}

void flow_path(const flow *f, const hifm_spectrum *spectrum, double q, double *m, double *s,
               double *dm, double *ds) {
  const hifm_bound *source = &f->stages[0];
  if (!has_own_path(f)) {
    linear_path(spectrum, q, m, s, dm, ds);
    return;
  }
  source->plugin->ops.flow->path(source->self, spectrum, q, m, s, dm, ds);
  surroundings_keep_numbers(source->plugin->name, "path");
}

double flow_q_at(const flow *f, const hifm_spectrum *spectrum, double t) {
  return has_own_path(f) ? t : fmax(exp(-spectrum->kappa * spectrum->low * t), FLOW_Q_MIN);
}

double flow_vz(const flow *f, const hifm_spectrum *spectrum, double q) {
  return has_own_path(f) ? 1 : spectrum->kappa * spectrum->low * q;
}
