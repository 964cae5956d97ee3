/* Points drawn from exp(-V) by Monte Carlo. */
#include "host/plugins.h"
#include "job/dataset_preview.h"
#include "job/diagnostics.h"
#include "job/prepare_parts.h"
#include "job/progress.h"
#include "job/sampler.h"
#include "job/settings.h"

#include <math.h>
#include <stdlib.h>

static bool report_and_ask(double fraction) {
  progress_report_phase("data", fraction, 1);
  return progress_stop_asked();
}

/* Diagnostics of few draws are NAN; a stuck chain's R-hat is infinite. */
static void put_finite(arena *a, value *map, const char *key, double number) {
  if (isfinite(number)) value_put_number(a, map, key, number);
}

static value *sampler_numbers(arena *a, const sampler_report *r, const hifm_domain *domain) {
  const char *places = chain_places_word(domain);
  value *out = value_new(a, VALUE_MAP);
  put_finite(a, out, "step", r->step);
  put_finite(a, out, "acceptance", r->acceptance);
  put_finite(a, out, "rhat_energy", r->rhat_energy);
  put_finite(a, out, "rhat_radius", r->rhat_radius);
  put_finite(a, out, "ess_energy", r->ess_energy);
  put_finite(a, out, "ess_radius", r->ess_radius);
  put_finite(a, out, arena_format(a, "rhat_%s", places), r->places.rhat);
  put_finite(a, out, arena_format(a, "ess_%s", places), r->places.ess);
  put_finite(a, out, "mean_energy", r->mean_energy);
  put_finite(a, out, "mean_energy_se", r->mean_energy_se);
  put_finite(a, out, "mean_radius", r->mean_radius);
  put_finite(a, out, "mean_radius_se", r->mean_radius_se);
  put_finite(a, out, "mean_gradient2", r->mean_gradient2);
  put_finite(a, out, "mean_gradient2_se", r->mean_gradient2_se);
  put_finite(a, out, "mean_laplacian", r->mean_laplacian);
  put_finite(a, out, "mean_laplacian_se", r->mean_laplacian_se);
  return out;
}

/* R-hat of few draws is NAN: nothing is known then, and hifm dataset check says so. */
static void warn_of_convergence(const sampler_report *r, const hifm_domain *domain) {
  const double worst = fmax(fmax(r->rhat_energy, r->rhat_radius), r->places.rhat);
  if (!(worst > DIAGNOSTICS_RHAT_MAX)) return;
  progress_note(
      "the chains have not converged: R-hat is %.3f of V, %.3f of |y|^2 and up to %.3f of %s, but "
      "should be below %g. Raise warmup, thin or chains",
      r->rhat_energy, r->rhat_radius, r->places.rhat, chain_places_word(domain),
      DIAGNOSTICS_RHAT_MAX);
}

/* The first `chains` give the training pool, further chains the test pool, so that no test point
 * shares its history with a training point. */
static status_code sample(arena *a, const job *work, const mcmc_settings *set, energy *e,
                          const value **numbers, failure *err) {
  const size_t d = e->domain.d;
  const uint64_t draws = (set->train_pool + set->chains - 1) / set->chains;
  const uint64_t test_chains = (set->test_pool + draws - 1) / draws;
  const sampler_settings sampling = {.chains = set->chains + test_chains,
                                     .warmup = set->warmup,
                                     .thin = set->thin,
                                     .leapfrog = set->leapfrog,
                                     .acceptance = set->acceptance,
                                     .spread = set->spread,
                                     .seed = (uint32_t)set->seed};
  const size_t train_rows = set->chains * draws, test_rows = test_chains * draws;
  double *points = memory_array((train_rows + test_rows) * d, sizeof *points);
  const prepare_points train_points = {points, NPY_FLOAT64, 1, {d}};
  const prepare_points test_points = {points + train_rows * d, NPY_FLOAT64, 1, {d}};
  size_t *train = prepare_permute(train_rows, (uint32_t)set->seed);
  size_t *test = prepare_permute(test_rows, (uint32_t)set->seed);
  sampler_report report;
  status_code status = sampler_run(e, &sampling, draws, report_and_ask, points, &report, err);
  if (status == STATUS_OK)
    status = prepare_write(work, "train", &train_points, train, set->train_pool, err);
  if (status == STATUS_OK)
    status = prepare_write(work, "test", &test_points, test, set->test_pool, err);
  if (status == STATUS_OK) {
    *numbers = sampler_numbers(a, &report, &e->domain);
    warn_of_convergence(&report, &e->domain);
  }
  free(points);
  free(train);
  free(test);
  return status;
}

status_code prepare_mcmc(arena *a, const job *work, const value **numbers, failure *err) {
  hifm_domain domain;
  mcmc_settings set = {0};
  energy e;
  params_store(a, mcmc_params, work->config, &set);
  status_code status = dataset_preview_sampled(work->config, &domain, err);
  if (status == STATUS_OK)
    status = plugins_bind(a, HIFM_ENERGY, value_get(work->config, "energy"), "dataset.energy",
                          &domain, &set.energy, err);
  if (status != STATUS_OK) return status;
  status = energy_open(&e, set.energy, &domain, err);
  if (status == STATUS_OK) {
    prepare_note_differences(&e);
    status = sample(a, work, &set, &e, numbers, err);
    energy_close(&e);
  }
  plugins_drop(&set.energy);
  return status;
}
