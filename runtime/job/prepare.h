/* Jobs that make what runs share: data sets and eigendecompositions. */
#ifndef JOB_PREPARE_H
#define JOB_PREPARE_H

#include "base/failure.h"
#include "job/job.h"

/* "data": samples an energy (mcmc), reads a file of points (file) or two of images (images); writes
 * train.npy, test.npy, result.json. Training and test points are disjoint: they come from other
 * chains; the copies of a row of a file are all on one side; training images that repeat a test
 * image are left out. */
status_code prepare_data(arena *a, const job *work, failure *err);

/* "modes": eigenvalues and eigenvectors of the energy's Hessian at the first `train` points; writes
 * the files of modes_eigen.h and result.json. config: { "dataset", "energy" }. */
status_code prepare_modes(arena *a, const job *work, failure *err);

#endif
