#include "job/trial_bind.h"

#include "host/energy.h"
#include "host/flow.h"
#include "host/network.h"
#include "host/params.h"
#include "host/plugins.h"
#include "host/solver.h"
#include "job/sampler.h"

#include <string.h>

/* Puts the path in front of a message that does not begin with it. */
static status_code name_setting(const char *where, status_code status, failure *err) {
  if (status == STATUS_OK || strncmp(err->message, where, strlen(where)) == 0) return status;
  const failure inner = *err;
  return failure_set(err, status, "%s: %s", where, inner.message);
}

static status_code try_energy(hifm_bound bound, const char *where, const hifm_domain *domain,
                              bool sampled, failure *err) {
  energy e;
  status_code status = energy_open(&e, bound, domain, err);
  if (status == STATUS_OK && sampled) status = sampler_check(&e, err);
  energy_close(&e);
  return name_setting(where, status, err);
}

static status_code try_network(hifm_bound bound, const trial_bind *item, size_t *weights,
                               failure *err) {
  network net;
  const status_code status = network_open(&net, bound, item->domain, item->vz, 1, err);
  if (status == STATUS_OK) *weights = net.weights;
  network_close(&net);
  return status;
}

static status_code try_flow(arena *a, const trial_bind *item, failure *err) {
  flow path;
  status_code status = flow_open(&path, a, item->config, item->domain, err);
  if (status == STATUS_OK && path.hessian) {
    const char *where = arena_format(a, "flow.%s", path.stages[0].plugin->name);
    status = try_energy(path.energy, where, item->domain, false, err);
  }
  flow_close(&path);
  return status;
}

/* ---- solvers --------------------------------------------------------------------------------- */

/* Almost constant, and far from 0 by any tolerance: solvers that choose their steps need one. */
static const double START = 1000, SLOPE = 0.01;
enum { CALLS_MAX = 1000000 };

static status_code slope(void *context, double t, const double *y, double *dy, failure *err) {
  size_t *calls = context;
  (void)t;
  (void)y;
  if (++*calls > CALLS_MAX) return failure_set(err, STATUS_INTERRUPTED, "enough calls");
  *dy = SLOPE;
  return STATUS_OK;
}

/* A solver that gives up here, for lack of attempts, has no likelihood to give. */
static status_code try_solver(hifm_bound bound, const trial_bind *item, failure *err) {
  double y = START;
  size_t calls = 0;
  failure why;
  hifm_solve_stats stats;
  const solver_problem problem = {
      .size = 1, .slope = slope, .context = &calls, .max_attempts = item->attempts};
  if (solver_advance(&bound, &problem, 1, 0, &y, &stats, &why) != STATUS_DIVERGED) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "%s: %s gives up with measure.max_attempts = %llu, whatever the flow is: %s",
                     item->where, bound.plugin->name, (unsigned long long)item->attempts,
                     why.message);
}

/* ---- all ------------------------------------------------------------------------------------- */

static status_code bind_and_try(arena *a, const trial_bind *item, size_t *weights, failure *err) {
  static const hifm_kind KINDS[] = {[TRIAL_SAMPLED_ENERGY] = HIFM_ENERGY,
                                    [TRIAL_NETWORK] = HIFM_NETWORK,
                                    [TRIAL_SOLVER] = HIFM_SOLVER};
  hifm_bound bound;
  status_code status =
      plugins_bind(a, KINDS[item->kind], item->config, item->where, item->domain, &bound, err);
  if (status != STATUS_OK) return status;
  if (item->kind == TRIAL_SAMPLED_ENERGY)
    status = try_energy(bound, item->where, item->domain, true, err);
  if (item->kind == TRIAL_NETWORK) status = try_network(bound, item, weights, err);
  if (item->kind == TRIAL_SOLVER) status = try_solver(bound, item, err);
  plugins_drop(&bound);
  return status;
}

status_code trial_bind_run(const trial_bind *item, size_t *weights, failure *err) {
  arena a = {0};
  const status_code status =
      item->kind == TRIAL_FLOW ? try_flow(&a, item, err) : bind_and_try(&a, item, weights, err);
  arena_close(&a);
  return status;
}

/* "hessian (formation)": with the plugins in its settings. */
static const char *plugin_text(arena *a, const value *plugin) {
  const char *text = params_name(plugin);
  for (size_t i = 0; plugin->type == VALUE_MAP && i < plugin->count; i++) {
    const value *setting = plugin->items[i];
    if (setting->type == VALUE_MAP && params_name(setting))
      text = arena_format(a, "%s (%s)", text, params_name(setting));
  }
  return text;
}

const char *trial_bind_names(arena *a, const trial_bind *item) {
  const char *names = "";
  if (item->kind != TRIAL_FLOW) return plugin_text(a, item->config);
  for (size_t i = 0; i < item->config->count; i++)
    names = arena_format(a, "%s%s%s", names, i ? ", " : "", plugin_text(a, item->config->items[i]));
  return names;
}
