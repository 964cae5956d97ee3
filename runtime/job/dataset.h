/* A finished data folder, mapped; and what its points are. */
#ifndef JOB_DATASET_H
#define JOB_DATASET_H

#include "base/failure.h"
#include "base/npy.h"
#include "base/value.h"
#include "hifm/plugin.h"

typedef struct dataset {
  hifm_domain domain;
  npy_array train_file, test_file; /* float64 [n, d], or of images uint8 [n, height, width] */
  const double *test;              /* [test_count, d], centred where the domain is */
  size_t train_count, test_count;  /* the prefixes a run uses */
  bool symmetric, dequantised;     /* images: pixels in [-1, 1], with noise below their last bit */
  double *made;                    /* the test points of images */
} dataset;

/* What the resolved dataset setting says a point is (d is 0 where only the files know). */
hifm_domain dataset_domain(const value *config);

/* folder: of a finished data job; config: the resolved dataset. STATUS_BAD_INPUT where fewer points
 * are there than the run asks for. */
status_code dataset_open(dataset *data, const char *folder, const value *config, failure *err);
void dataset_close(dataset *data);

/* Training point `row` [d], in the mapping or made in `room` [d], so that images stay mapped bytes.
 * Those that are dequantised get noise of their own in each draw (seed of the run, step, index);
 * on test points it is fixed by dataset.seed, the same for every run. */
const double *dataset_train_point(const dataset *data, size_t row, uint32_t seed, uint64_t step,
                                  uint32_t index, double *room);

/* Two sets of points have none in common where no row of the one is among the hashes of the other.
 * Sorted hashes of n rows of `size` bytes, those that `order` names (NULL: the first n); released
 * with free(). */
uint64_t *dataset_hashes(const void *rows, size_t size, const size_t *order, size_t n);
bool dataset_among(const uint64_t *hashes, size_t n, const void *row, size_t size);

/* Subtracts the centre of mass from one point of a centred domain. */
void dataset_centre(const hifm_domain *domain, double *point);

#endif
