#include "job/prepare.h"

#include "hifm/rng.h"
#include "host/plugins.h"
#include "job/dataset.h"
#include "job/progress.h"
#include "job/result.h"
#include "job/sampler.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

/* A fixed permutation of n rows, keyed by a seed. */
static size_t *permute(size_t n, uint32_t seed, uint32_t purpose) {
  size_t *order = memory_array(n, sizeof *order);
  const hifm_stream stream = {seed, purpose};
  for (size_t i = 0; i < n; i++) {
    const size_t j = (size_t)hifm_below(stream, 0, (uint32_t)i, i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

static hifm_status write_rows(const job *work, const char *name, const double *points, size_t d,
                              const size_t *order, size_t n, hifm_error *err) {
  arena a = {0};
  npy_writer writer;
  const size_t shape[2] = {n, d};
  hifm_status status = npy_begin(&writer, arena_format(&a, "%s/%s.npy", work->folder, name),
                                 NPY_FLOAT64, 2, shape, err);
  arena_close(&a);
  if (status != HIFM_OK) return status;
  for (size_t i = 0; i < n && status == HIFM_OK; i++)
    status = npy_append(&writer, points + order[i] * d, d * sizeof *points, err);
  if (status == HIFM_OK) return npy_commit(&writer, err);
  npy_abandon(&writer);
  return status;
}

static bool tell_sampling(void *context, double fraction) {
  (void)context;
  progress state = {"data", fraction, 1, NAN, NAN, NAN, NAN, NAN};
  progress_tell(&state);
  return progress_stop_asked();
}

/* Diagnostics of few draws are no numbers; a stuck chain's R-hat is infinite. */
static void put_finite(arena *a, value *map, const char *key, double number) {
  if (isfinite(number)) value_put_number(a, map, key, number);
}

static value *sampler_numbers(arena *a, const sampler_report *r) {
  value *out = value_new(a, VALUE_MAP);
  put_finite(a, out, "step", r->step);
  put_finite(a, out, "acceptance", r->acceptance);
  put_finite(a, out, "rhat_energy", r->rhat_energy);
  put_finite(a, out, "rhat_radius", r->rhat_radius);
  put_finite(a, out, "ess_energy", r->ess_energy);
  put_finite(a, out, "ess_radius", r->ess_radius);
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

/* Test chains are chains of their own: the first `chains` give the training pool, further ones the
 * test pool, so no test point shares its history with a training point. */
static hifm_status sample(arena *a, const job *work, const mcmc_settings *set, energy *e,
                          const value **numbers, hifm_error *err) {
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
  size_t *train = permute(train_rows, (uint32_t)set->seed, HIFM_RNG_PERMUTE);
  size_t *test = permute(test_rows, (uint32_t)set->seed, HIFM_RNG_PERMUTE);
  sampler_report report;
  hifm_status status = sampler_run(e, &sampling, draws, points, tell_sampling, NULL, &report, err);
  if (status == HIFM_OK) status = write_rows(work, "train", points, d, train, set->train_pool, err);
  if (status == HIFM_OK)
    status = write_rows(work, "test", points + train_rows * d, d, test, set->test_pool, err);
  if (status == HIFM_OK) *numbers = sampler_numbers(a, &report);
  free(points);
  free(train);
  free(test);
  return status;
}

static hifm_status make_mcmc(arena *a, const job *work, const value **numbers, hifm_error *err) {
  const hifm_domain domain = dataset_domain(work->config);
  mcmc_settings set = {0};
  energy e;
  params_store(a, mcmc_params, work->config, &set);
  if (domain.d == 0)
    return hifm_fail(err, HIFM_BAD_CONFIG,
                     "dataset: give particles (and space), or dimensions, of a point");
  hifm_status status = plugins_bind(a, HIFM_ENERGY, value_get(work->config, "energy"),
                                    "dataset.energy", &domain, &set.energy, err);
  if (status != HIFM_OK) return status;
  status = energy_open(&e, set.energy, &domain, err);
  if (status == HIFM_OK) {
    status = sample(a, work, &set, &e, numbers, err);
    energy_close(&e);
  }
  plugins_drop(&set.energy);
  return status;
}

static double *load_rows(const npy_array *file) {
  double *points = memory_array(file->count, sizeof *points);
  for (size_t i = 0; i < file->count; i++)
    points[i] = file->type == NPY_FLOAT32 ? (double)((const float *)file->data)[i]
                                          : ((const double *)file->data)[i];
  return points;
}

/* Samplers repeat points: takes those training rows out of `order` that are test points too, so
 * that both are disjoint. Returns how many training rows are left. */
static size_t drop_twins(const double *points, size_t d, const size_t *tests, size_t test_count,
                         size_t *order, size_t n) {
  uint64_t *known = dataset_hashes(points, d, tests, test_count);
  size_t left = 0;
  for (size_t i = 0; i < n; i++)
    if (!dataset_among(known, test_count, points + order[i] * d, d)) order[left++] = order[i];
  free(known);
  return left;
}

static hifm_status check_finite(const char *path, const double *points, size_t n, size_t d,
                                hifm_error *err) {
  for (size_t i = 0; i < n * d; i++)
    if (!isfinite(points[i]))
      return hifm_fail(err, HIFM_BAD_INPUT, "%s: row %zu, coordinate %zu is not finite", path,
                       i / d, i % d);
  return HIFM_OK;
}

/* [points, d] or [points, particles, space], and as many coordinates as the settings say. */
static hifm_status check_shape(const char *path, const npy_array *file, hifm_domain *domain,
                               hifm_error *err) {
  if (file->rank < 2 || file->shape[0] == 0 || file->count / file->shape[0] == 0)
    return hifm_fail(err, HIFM_BAD_INPUT, "%s: want an array [points, coordinates], got rank %zu",
                     path, file->rank);
  const size_t d = file->count / file->shape[0];
  if (domain->d != 0 && domain->d != d)
    return hifm_fail(err, HIFM_BAD_INPUT,
                     "%s: %zu coordinates a point, but dataset.particles = %u, dataset.space = %u "
                     "make %u",
                     path, d, domain->particles, domain->space, domain->d);
  if (d > 1000000)
    return hifm_fail(err, HIFM_BAD_INPUT, "%s: %zu coordinates a point, at most 1000000", path, d);
  domain->d = (uint32_t)d;
  return HIFM_OK;
}

/* The first 10 % of a fixed permutation is for tests (at least one row), the rest for training. */
static hifm_status split(arena *a, const job *work, const double *points, size_t n, size_t d,
                         uint32_t seed, value **numbers, hifm_error *err) {
  const size_t tests = n / 10 ? n / 10 : 1;
  size_t *order = permute(n, seed, HIFM_RNG_PERMUTE);
  const size_t left = drop_twins(points, d, order, tests, order + tests, n - tests);
  if (left < n - tests)
    progress_note("%zu rows repeat a test point and are left out of training", n - tests - left);
  *numbers = value_new(a, VALUE_MAP);
  value_put_number(a, *numbers, "test_points", (double)tests);
  value_put_number(a, *numbers, "train_points", (double)left);
  value_put_number(a, *numbers, "repeated_points_left_out", (double)(n - tests - left));
  hifm_status status = write_rows(work, "test", points, d, order, tests, err);
  if (status == HIFM_OK) status = write_rows(work, "train", points, d, order + tests, left, err);
  free(order);
  return status;
}

static hifm_status make_file(arena *a, const job *work, const value **numbers, hifm_error *err) {
  file_settings set = {0};
  npy_array file;
  hifm_domain domain = dataset_domain(work->config);
  params_store(a, file_params, work->config, &set);
  hifm_status status = npy_open(&file, set.path, err);
  if (status != HIFM_OK) return status;
  status = check_shape(set.path, &file, &domain, err);
  if (status == HIFM_OK) {
    const size_t n = file.shape[0];
    double *points = load_rows(&file);
    status = check_finite(set.path, points, n, domain.d, err);
    for (size_t i = 0; i < n; i++) dataset_centre(&domain, points + i * domain.d);
    value *counts = NULL;
    if (status == HIFM_OK)
      status = split(a, work, points, n, domain.d, (uint32_t)set.seed, &counts, err);
    *numbers = counts;
    free(points);
  }
  npy_close(&file);
  return status;
}

hifm_status prepare_data(arena *a, const job *work, hifm_error *err) {
  const double start = result_clock();
  const bool from_file = strcmp(value_get_text(work->config, PARAMS_NAME, ""), "file") == 0;
  const value *numbers = NULL;
  hifm_status status = (from_file ? make_file : make_mcmc)(a, work, &numbers, err);
  if (status != HIFM_OK) return status;
  const result made = {.kind = work->kind,
                       .id = work->id,
                       .state = "done",
                       .numbers = numbers,
                       .seconds = result_clock() - start,
                       .attempts = work->attempt};
  return result_write(arena_format(a, "%s/result.json", work->folder), &made, err);
}
