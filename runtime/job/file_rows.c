#include "job/file_rows.h"

#include "base/memory.h"
#include "job/dataset.h"
#include "job/prepare_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* [points, d] or [points, particles, space]: what an array is not. */
static status_code check_axes(const char *path, const npy_header *array, failure *err) {
  if (array->rank < 2)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: the array has rank %zu, but points are [points, coordinates]; for "
                       "points of one coordinate save a.reshape(-1, 1)",
                       path, array->rank);
  if (array->shape[0] == 0) return failure_set(err, STATUS_BAD_INPUT, "%s: 0 rows", path);
  if (array->count == 0)
    return failure_set(err, STATUS_BAD_INPUT, "%s: %zu rows of 0 coordinates", path,
                       array->shape[0]);
  return STATUS_OK;
}

/* Three axes are particles and their coordinates. */
static status_code check_particle_axes(const char *path, const npy_header *array,
                                       const hifm_domain *domain, failure *err) {
  const size_t *shape = array->shape;
  if (domain->particles && (array->rank != 3 || shape[1] != domain->particles))
    return failure_set(
        err, STATUS_BAD_INPUT,
        "%s: rank %zu and %zu x %zu coordinates a point, but want [points, particles, "
        "space] with %u x %u; np.swapaxes(a, 1, 2) turns them",
        path, array->rank, shape[1], shape[2], domain->particles, domain->space);
  if (!domain->particles)
    return failure_set(
        err, STATUS_BAD_INPUT,
        "%s: %zu axes, [%zu, %zu, %zu%s: for particles give particles = %zu and space = "
        "%zu in dataset, for plain numbers save a.reshape(len(a), -1)",
        path, array->rank, shape[0], shape[1], shape[2], array->rank > 3 ? ", ...]" : "]", shape[1],
        shape[2]);
  return STATUS_OK;
}

/* As many coordinates as the settings say. */
static status_code check_shape(const char *path, const npy_header *array, hifm_domain *domain,
                               failure *err) {
  status_code status = check_axes(path, array, err);
  if (status != STATUS_OK) return status;
  const size_t d = array->count / array->shape[0];
  if (domain->d != 0 && domain->d != d && !domain->particles)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: %zu coordinates a point, but the points of this data set have %u", path,
                       d, domain->d);
  if (domain->d != 0 && domain->d != d)
    return failure_set(
        err, STATUS_BAD_INPUT,
        "%s: %zu coordinates a point, but dataset.particles = %u, dataset.space = %u "
        "make %u",
        path, d, domain->particles, domain->space, domain->d);
  if (array->rank > 2) status = check_particle_axes(path, array, domain, err);
  if (status != STATUS_OK) return status;
  if (d > 1000000)
    return failure_set(err, STATUS_BAD_INPUT, "%s: %zu coordinates a point, at most 1000000", path,
                       d);
  domain->d = (uint32_t)d;
  return STATUS_OK;
}

static status_code check_finite(const char *path, const number_array *file, size_t d,
                                failure *err) {
  for (size_t i = 0; i < file->header.count; i++)
    if (!isfinite(number_array_at(file, i)))
      return failure_set(err, STATUS_BAD_INPUT, "%s: row %zu, coordinate %zu is not finite", path,
                         i / d, i % d);
  return STATUS_OK;
}

status_code file_rows_open(number_array *file, const value *config, hifm_domain *domain,
                           failure *err) {
  const char *path = value_get_text(config, "path", "");
  *domain = dataset_domain(config);
  status_code status = number_array_open(file, path, value_get_text(config, "array", ""), err);
  if (status != STATUS_OK) return status;
  status = check_shape(path, &file->header, domain, err);
  if (status == STATUS_OK) status = check_finite(path, file, domain->d, err);
  if (status != STATUS_OK) number_array_close(file);
  return status;
}

void file_rows_get(const number_array *file, const hifm_domain *domain, size_t i, double *out) {
  for (size_t k = 0; k < domain->d; k++) out[k] = number_array_at(file, i * domain->d + k);
  dataset_centre(domain, out);
}

/* The finalizer of MurmurHash3 (Appleby): every bit of x changes half of the result. Files may have
 * millions of short rows, for which a cryptographic hash takes longer than for the whole file. */
static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 33) * 0xff51afd7ed558ccdU;
  x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53U;
  return x ^ x >> 33;
}

static uint64_t hash_of(const number_array *file, const hifm_domain *domain, size_t i,
                        double *row) {
  uint64_t hash = 0;
  file_rows_get(file, domain, i, row);
  for (size_t k = 0; k < domain->d; k++) {
    const double x = row[k] + 0.0; /* -0 becomes 0 */
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    hash = mix(hash + 0x9e3779b97f4a7c15U + bits);
  }
  return hash;
}

/* A slot of an open hash table. */
typedef struct slot {
  uint64_t hash;
  size_t group; /* SIZE_MAX: empty */
} slot;

static slot *find(slot *table, size_t size, uint64_t hash) {
  size_t at = (size_t)hash & (size - 1);
  while (table[at].group != SIZE_MAX && table[at].hash != hash) at = (at + 1) & (size - 1);
  return &table[at];
}

size_t *file_rows_groups(const number_array *file, const hifm_domain *domain, size_t *distinct) {
  const size_t n = file->header.shape[0];
  size_t size = 2, *groups = memory_array(n, sizeof *groups);
  while (size < 2 * n) size *= 2;
  slot *table = memory_array(size, sizeof *table);
  double *row = memory_array(domain->d, sizeof *row);
  for (size_t i = 0; i < size; i++) table[i].group = SIZE_MAX;
  *distinct = 0;
  for (size_t i = 0; i < n; i++) {
    const uint64_t hash = hash_of(file, domain, i, row);
    slot *found = find(table, size, hash);
    if (found->group == SIZE_MAX) *found = (slot){hash, (*distinct)++};
    groups[i] = found->group;
  }
  free(table);
  free(row);
  return groups;
}

bool *file_rows_draw_tests(size_t distinct, uint32_t seed) {
  size_t *drawn = prepare_permute(distinct, seed);
  bool *tests = memory_array(distinct, sizeof *tests);
  for (size_t i = 0; i < (distinct / 10 ? distinct / 10 : 1); i++) tests[drawn[i]] = true;
  free(drawn);
  return tests;
}

bool file_rows_repeat(const value *config) {
  hifm_domain domain;
  number_array file;
  size_t distinct;
  if (file_rows_open(&file, config, &domain, NULL) != STATUS_OK) return false;
  free(file_rows_groups(&file, &domain, &distinct));
  const bool repeats = distinct < file.header.shape[0];
  number_array_close(&file);
  return repeats;
}
