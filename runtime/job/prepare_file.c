/* Points of a .npy file, split into training and test points. */
#include "base/blake2b.h"
#include "host/params.h"
#include "job/dataset.h"
#include "job/file_rows.h"
#include "job/prepare_parts.h"
#include "job/progress.h"
#include "job/settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double *load_rows(const npy_array *file, const hifm_domain *domain) {
  double *points = memory_array(file->count, sizeof *points);
  for (size_t i = 0; i < file->shape[0]; i++)
    file_rows_get(file, domain, i, points + i * domain->d);
  return points;
}

static status_code check_finite(const char *path, const npy_array *file, size_t d, failure *err) {
  const hifm_domain plain = {.d = 1}; /* not centred: one number spoils all */
  for (size_t i = 0; i < file->count; i++) {
    double x;
    file_rows_get(file, &plain, i, &x);
    if (!isfinite(x))
      return failure_set(err, STATUS_BAD_INPUT, "%s: row %zu, coordinate %zu is not finite", path,
                         i / d, i % d);
  }
  return STATUS_OK;
}

/* The identity is that of the content: a file that has changed since is another data set. */
static status_code check_content(const file_settings *set, const npy_array *file, failure *err) {
  char hex[33];
  blake2b_hex(file->map.bytes, file->map.length, hex);
  if (!*set->content || strcmp(hex, set->content) == 0) return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_INPUT,
      "%s: the file has changed since the script was read (BLAKE2b-128 %s, not %s). Run again",
      set->path, hex, set->content);
}

/* [points, d] or [points, particles, space], and as many coordinates as the settings say. */
static status_code check_shape(const char *path, const npy_array *file, hifm_domain *domain,
                               failure *err) {
  if (file->rank < 2 || file->shape[0] == 0 || file->count / file->shape[0] == 0)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: the array has rank %zu, but points are [points, coordinates]", path,
                       file->rank);
  if (file->type == NPY_UINT8)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: dtype '|u1', but points are float32 or float64; save a.astype(\"<f4\")",
                       path);
  const size_t d = file->count / file->shape[0];
  if (domain->d != 0 && domain->d != d)
    return failure_set(
        err, STATUS_BAD_INPUT,
        "%s: %zu coordinates a point, but dataset.particles = %u, dataset.space = %u "
        "make %u",
        path, d, domain->particles, domain->space, domain->d);
  if (domain->particles && file->rank > 2 &&
      (file->rank != 3 || file->shape[1] != domain->particles || file->shape[2] != domain->space))
    return failure_set(
        err, STATUS_BAD_INPUT,
        "%s: rank %zu and %zu x %zu coordinates a point, but want [points, particles, "
        "space] with %u x %u; np.swapaxes(a, 1, 2) turns them",
        path, file->rank, file->shape[1], file->shape[2], domain->particles, domain->space);
  if (!domain->particles && file->rank > 2)
    return failure_set(
        err, STATUS_BAD_INPUT,
        "%s: %zu axes, [%zu, %zu, %zu%s: for particles give particles = %zu and space = "
        "%zu in dataset, for plain numbers save a.reshape(len(a), -1)",
        path, file->rank, file->shape[0], file->shape[1], file->shape[2],
        file->rank > 3 ? ", ...]" : "]", file->shape[1], file->shape[2]);
  if (d > 1000000)
    return failure_set(err, STATUS_BAD_INPUT, "%s: %zu coordinates a point, at most 1000000", path,
                       d);
  domain->d = (uint32_t)d;
  return STATUS_OK;
}

/* The rows of order[0..n) whose group is chosen come first; both parts keep their order. Returns
 * how many those are. */
static size_t part(size_t *order, size_t n, const size_t *groups, const bool *chosen) {
  size_t *rest = memory_array(n, sizeof *rest), first = 0, others = 0;
  for (size_t i = 0; i < n; i++)
    if (chosen[groups[order[i]]])
      order[first++] = order[i];
    else
      rest[others++] = order[i];
  for (size_t i = 0; i < others; i++) order[first + i] = rest[i];
  free(rest);
  return first;
}

/* Samplers repeat points. The first 10 % of a fixed permutation of the distinct rows (at least one)
 * are test points with all their copies, the others training points with theirs: drawn among all
 * rows, a test would take the rows with many copies away from training. */
static status_code split(arena *a, const job *work, const prepare_points *points,
                         const size_t *groups, size_t n, size_t distinct, uint32_t seed,
                         const value **numbers, failure *err) {
  size_t *order = prepare_permute(n, seed), *drawn = prepare_permute(distinct, seed);
  bool *chosen = memory_array(distinct, sizeof *chosen);
  for (size_t i = 0; i < (distinct / 10 ? distinct / 10 : 1); i++) chosen[drawn[i]] = true;
  const size_t tests = part(order, n, groups, chosen);
  value *counts = prepare_counts(a, n - tests, tests);
  value_put_number(a, counts, "distinct_points", (double)distinct);
  *numbers = counts;
  if (distinct < n)
    progress_note("%zu of %zu rows repeat others; the copies of a row are all for training or all "
                  "for tests",
                  n - distinct, n);
  status_code status = prepare_write(work, "test", points, order, tests, err);
  if (status == STATUS_OK)
    status = prepare_write(work, "train", points, order + tests, n - tests, err);
  free(order);
  free(drawn);
  free(chosen);
  return status;
}

static status_code write_points(arena *a, const job *work, const file_settings *set,
                                const npy_array *file, const hifm_domain *domain,
                                const value **numbers, failure *err) {
  size_t distinct, *groups = file_rows_groups(file, domain, &distinct);
  if (distinct < 2) {
    free(groups);
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: one distinct row in %zu, but training and tests need one each",
                       set->path, file->shape[0]);
  }
  double *rows = load_rows(file, domain);
  const prepare_points points = {rows, NPY_FLOAT64, 1, {domain->d}};
  const status_code status =
      split(a, work, &points, groups, file->shape[0], distinct, (uint32_t)set->seed, numbers, err);
  free(rows);
  free(groups);
  return status;
}

status_code prepare_file(arena *a, const job *work, const value **numbers, failure *err) {
  file_settings set = {0};
  npy_array file;
  hifm_domain domain = dataset_domain(work->config);
  params_store(a, file_params, work->config, &set);
  status_code status = npy_open(&file, set.path, err);
  if (status != STATUS_OK) return status;
  status = check_content(&set, &file, err);
  if (status == STATUS_OK) status = check_shape(set.path, &file, &domain, err);
  if (status == STATUS_OK) status = check_finite(set.path, &file, domain.d, err);
  if (status == STATUS_OK) status = write_points(a, work, &set, &file, &domain, numbers, err);
  npy_close(&file);
  return status;
}
