/* A finished data folder, mapped, and the domain of its points. */
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
  size_t train_count, test_count;  /* the prefixes a run uses; 0: test points are in an own file */
  const double *validation;        /* [validation_count, d]: of fewer points the last ones */
  size_t validation_count;
  bool symmetric, dequantised;    /* images: pixels in [-1, 1], with noise below their last bit */
  double *made, *made_validation; /* of images, released by dataset_close */
} dataset;

/* The domain that a resolved dataset setting declares; d is 0 where only the files have it. */
hifm_domain dataset_domain(const value *config);

/* Refuses dequantised images for a flow stage with a Hessian, such as "flow.hessian". */
status_code dataset_check_hessian(const value *config, const char *stage, failure *err);
/* STATUS_BAD_INPUT where config asks for more points of a kind ("train", "test", "validation") of
 * the data set than there are; points of own files (job/own_points.h) are not of it. */
status_code dataset_has(const value *config, const char *name, size_t points, failure *err);

/* The validation points are the last ones of test.npy, of images of train.npy. STATUS_BAD_INPUT
 * where they and the test points (training images) of config are more than there are, also in one
 * own file. */
status_code dataset_check_split(const value *config, size_t train, size_t test, failure *err);

/* Domain and numbers of points of a finished data job. */
status_code dataset_look(const char *folder, const value *config, hifm_domain *domain,
                         size_t *train, size_t *test, failure *err);

/* folder: of a finished data job; config: the resolved dataset. STATUS_BAD_INPUT where the folder
 * has fewer points than config asks for. */
status_code dataset_open(dataset *data, const char *folder, const value *config, failure *err);
void dataset_close(dataset *data);

/* Training point `row` [d]: in the mapping, or for images written into `room` [d] (NULL where there
 * are none). Dequantised images get new noise in each draw (seed of the run, step, index); the
 * noise of test images is fixed by dataset.seed, the same for every run. */
const double *dataset_train_point(const dataset *data, size_t row, uint32_t seed, uint64_t step,
                                  uint32_t index, double *room);

/* Sorted hashes of n rows of `size` bytes, rows order[0..n) (NULL: the first n); released with
 * free(). dataset_among: is this row one of them? */
uint64_t *dataset_hashes(const void *rows, size_t size, const size_t *order, size_t n);
bool dataset_among(const uint64_t *hashes, size_t n, const void *row, size_t size);

/* How many of the last n validation points repeat one of the first `tests` test points. */
size_t dataset_shared(const dataset *data, size_t n, size_t tests);

/* Subtracts the centre of mass from one point of a centred domain. */
void dataset_centre(const hifm_domain *domain, double *point);

#endif
