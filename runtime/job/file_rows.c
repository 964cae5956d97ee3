#include "job/file_rows.h"

#include "base/memory.h"
#include "job/dataset.h"

#include <stdlib.h>
#include <string.h>

void file_rows_get(const npy_array *file, const hifm_domain *domain, size_t i, double *out) {
  const size_t d = domain->d;
  for (size_t k = 0; k < d; k++)
    out[k] = file->type == NPY_FLOAT32 ? (double)((const float *)file->data)[i * d + k]
                                       : ((const double *)file->data)[i * d + k];
  dataset_centre(domain, out);
}

/* The finalizer of MurmurHash3 (Appleby): every bit of x changes half of the result. Files may have
 * millions of short rows, for which a cryptographic hash takes longer than for the whole file. */
static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 33) * 0xff51afd7ed558ccdU;
  x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53U;
  return x ^ x >> 33;
}

static uint64_t hash_of(const npy_array *file, const hifm_domain *domain, size_t i, double *row) {
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

size_t *file_rows_groups(const npy_array *file, const hifm_domain *domain, size_t *distinct) {
  const size_t n = file->shape[0];
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

bool file_rows_repeat(const char *path, const value *config) {
  hifm_domain domain = dataset_domain(config);
  npy_array file;
  size_t distinct;
  if (npy_open(&file, path, NULL) != STATUS_OK) return false;
  const size_t n = file.shape[0], d = n && file.rank > 1 ? file.count / n : 0;
  bool repeats = false;
  if (file.type != NPY_UINT8 && d > 0 && d <= UINT32_MAX && (!domain.d || domain.d == d)) {
    domain.d = (uint32_t)d;
    free(file_rows_groups(&file, &domain, &distinct));
    repeats = distinct < n;
  }
  npy_close(&file);
  return repeats;
}
