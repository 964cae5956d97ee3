/* Points of a .npy file, split into training and test points. */
#include "base/blake2b.h"
#include "host/params.h"
#include "job/dataset.h"
#include "job/prepare_parts.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

static double *load_rows(const npy_array *file) {
  double *points = memory_array(file->count, sizeof *points);
  for (size_t i = 0; i < file->count; i++)
    points[i] = file->type == NPY_FLOAT32 ? (double)((const float *)file->data)[i]
                                          : ((const double *)file->data)[i];
  return points;
}

static status_code check_finite(const char *path, const double *points, size_t n, size_t d,
                                failure *err) {
  for (size_t i = 0; i < n * d; i++)
    if (!isfinite(points[i]))
      return failure_set(err, STATUS_BAD_INPUT, "%s: row %zu, coordinate %zu is not finite", path,
                         i / d, i % d);
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

/* The first 10 % of a fixed permutation are test points (at least one row), the rest training
 * points. Samplers repeat points: training rows that are also test points are left out. */
static status_code split(arena *a, const job *work, const prepare_points *points, size_t n,
                         uint32_t seed, const value **numbers, failure *err) {
  const size_t tests = n / 10 ? n / 10 : 1;
  size_t *order = prepare_permute(n, seed);
  uint64_t *test_hashes = dataset_hashes(points->rows, prepare_row_size(points), order, tests);
  const size_t left = prepare_drop_duplicates(test_hashes, tests, points, order + tests, n - tests);
  *numbers = prepare_counts(a, left, tests, n - tests - left);
  status_code status = prepare_write(work, "test", points, order, tests, err);
  if (status == STATUS_OK) status = prepare_write(work, "train", points, order + tests, left, err);
  free(test_hashes);
  free(order);
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
  if (status == STATUS_OK) {
    const size_t n = file.shape[0];
    double *rows = load_rows(&file);
    const prepare_points points = {rows, NPY_FLOAT64, 1, {domain.d}};
    status = check_finite(set.path, rows, n, domain.d, err);
    for (size_t i = 0; i < n; i++) dataset_centre(&domain, rows + i * domain.d);
    if (status == STATUS_OK) status = split(a, work, &points, n, (uint32_t)set.seed, numbers, err);
    free(rows);
  }
  npy_close(&file);
  return status;
}
