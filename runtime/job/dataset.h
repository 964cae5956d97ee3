/* A finished data folder, mapped; and what its points are. */
#ifndef JOB_DATASET_H
#define JOB_DATASET_H

#include "base/npy.h"
#include "base/value.h"
#include "hifm/plugin.h"

typedef struct dataset {
  hifm_domain domain;
  npy_array train_file, test_file;
  const double *train, *test;     /* [n, d], centred where the domain is; in the mapping */
  size_t train_count, test_count; /* the prefixes a run uses */
} dataset;

/* What the resolved dataset setting says a point is (d is 0 where only the file knows). */
hifm_domain dataset_domain(const value *config);

/* folder: of a finished data job; config: the resolved dataset. HIFM_BAD_INPUT where fewer points
 * are there than the run asks for. */
hifm_status dataset_open(dataset *data, const char *folder, const value *config, hifm_error *err);
void dataset_close(dataset *data);

/* Two sets of points have none in common where no row of the one is among the hashes of the other.
 * Sorted hashes of n rows of points [., d], those that `order` names (NULL: the first n); released
 * with free(). */
uint64_t *dataset_hashes(const double *points, size_t d, const size_t *order, size_t n);
bool dataset_among(const uint64_t *hashes, size_t n, const double *row, size_t d);

/* Subtracts the centre of mass from one point of a centred domain. */
void dataset_centre(const hifm_domain *domain, double *point);

#endif
