#include "job/dataset.h"

#include "base/blake2b.h"
#include "base/memory.h"
#include "host/params.h"

#include <stdlib.h>
#include <string.h>

hifm_domain dataset_domain(const value *config) {
  const uint32_t particles = (uint32_t)value_get_number(config, "particles", 0);
  const uint32_t space = (uint32_t)value_get_number(config, "space", 0);
  const uint32_t plain = (uint32_t)value_get_number(config, "dimensions", 0);
  if (particles == 0) return (hifm_domain){.d = plain};
  return (hifm_domain){
      .d = particles * space, .particles = particles, .space = space, .centred = true};
}

static hifm_status open_part(npy_array *file, arena *a, const char *folder, const char *name,
                             size_t wanted, hifm_domain *domain, hifm_error *err) {
  const char *path = arena_format(a, "%s/%s.npy", folder, name);
  hifm_status status = npy_open(file, path, err);
  if (status != HIFM_OK) return status;
  if (domain->d == 0 && file->rank == 2) domain->d = (uint32_t)file->shape[1];
  if (file->rank != 2 || file->type != NPY_FLOAT64 || file->shape[1] != domain->d)
    return hifm_fail(err, HIFM_BAD_INPUT, "%s: want float64 [points, %u]", path, domain->d);
  if (file->shape[0] < wanted)
    return hifm_fail(err, HIFM_BAD_INPUT,
                     "dataset.%s: %zu points asked for, but the data set has %zu", name, wanted,
                     file->shape[0]);
  return HIFM_OK;
}

hifm_status dataset_open(dataset *data, const char *folder, const value *config, hifm_error *err) {
  arena a = {0};
  memset(data, 0, sizeof *data);
  data->domain = dataset_domain(config);
  data->train_count = (size_t)value_get_number(config, "train", 0);
  data->test_count = (size_t)value_get_number(config, "test", 0);
  hifm_status status =
      open_part(&data->train_file, &a, folder, "train", data->train_count, &data->domain, err);
  if (status == HIFM_OK)
    status = open_part(&data->test_file, &a, folder, "test", data->test_count, &data->domain, err);
  data->train = data->train_file.data;
  data->test = data->test_file.data;
  if (status != HIFM_OK) dataset_close(data);
  arena_close(&a);
  return status;
}

void dataset_close(dataset *data) {
  npy_close(&data->train_file);
  npy_close(&data->test_file);
  memset(data, 0, sizeof *data);
}

void dataset_centre(const hifm_domain *domain, double *point) {
  for (size_t k = 0; domain->centred && k < domain->space; k++) {
    double mean = 0;
    for (size_t i = 0; i < domain->particles; i++) mean += point[i * domain->space + k];
    mean /= domain->particles;
    for (size_t i = 0; i < domain->particles; i++) point[i * domain->space + k] -= mean;
  }
}

static uint64_t hash_row(const double *row, size_t d) {
  uint64_t out;
  blake2b hash;
  blake2b_begin(&hash, sizeof out);
  blake2b_add(&hash, row, d * sizeof *row);
  blake2b_end(&hash, (unsigned char *)&out);
  return out;
}

static int compare_hashes(const void *x, const void *y) {
  const uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
  return a < b ? -1 : a > b;
}

uint64_t *dataset_hashes(const double *points, size_t d, const size_t *order, size_t n) {
  uint64_t *hashes = memory_array(n, sizeof *hashes);
  for (size_t i = 0; i < n; i++) hashes[i] = hash_row(points + (order ? order[i] : i) * d, d);
  qsort(hashes, n, sizeof *hashes, compare_hashes);
  return hashes;
}

bool dataset_among(const uint64_t *hashes, size_t n, const double *row, size_t d) {
  const uint64_t hash = hash_row(row, d);
  return bsearch(&hash, hashes, n, sizeof *hashes, compare_hashes) != NULL;
}
