/* What the kinds of data job share (prepare_data.c). */
#ifndef JOB_PREPARE_PARTS_H
#define JOB_PREPARE_PARTS_H

#include "base/failure.h"
#include "base/npy.h"
#include "host/energy.h"
#include "job/job.h"

/* prepare_mcmc.c, prepare_file.c, prepare_images.c: each writes train.npy and test.npy and gives
 * the numbers of the result. */
status_code prepare_mcmc(arena *a, const job *work, const value **numbers, failure *err);
status_code prepare_file(arena *a, const job *work, const value **numbers, failure *err);
status_code prepare_images(arena *a, const job *work, const value **numbers, failure *err);

/* Says in the log which derivatives of an energy are by central differences. */
void prepare_note_differences(const energy *e);

/* A fixed permutation of n rows; released with free(). */
size_t *prepare_permute(size_t n, uint32_t seed);

/* Points in memory, and what one of them is: [d] or [height, width]. */
typedef struct prepare_points {
  const void *rows;
  npy_type type;
  size_t rank, shape[2];
} prepare_points;

size_t prepare_row_size(const prepare_points *points); /* in bytes */

/* <folder>/<name>.npy with the n rows order[0..n). */
status_code prepare_write(const job *work, const char *name, const prepare_points *points,
                          const size_t *order, size_t n, failure *err);

/* { train_points, test_points }, to which a kind of data set adds its own. */
value *prepare_counts(arena *a, size_t train, size_t test);

#endif
