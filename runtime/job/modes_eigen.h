/* The files of a modes job, eigenvalues and eigenvectors of a Hessian at each training point:
 *
 *   alpha.npy  [n, d] float64, ascending
 *   basis.npy  [n, d, d] float32, column i of P belongs to alpha[i]
 *
 * modes_open reads them (job/modes.h). */
#ifndef JOB_MODES_EIGEN_H
#define JOB_MODES_EIGEN_H

#include "base/npy.h"

extern const char *const MODES_FILES[2]; /* their names */

typedef struct modes_writer {
  npy_writer alpha, basis;
  size_t d;
  float *narrow; /* [d, d], P as it is written */
} modes_writer;

/* Bytes of both files. */
double modes_writer_bytes(size_t n, size_t d);

/* Add the n points in their order, then close: with STATUS_OK so far it writes both files (each
 * atomically), else it removes what there is and returns that status. */
status_code modes_writer_open(modes_writer *w, const char *folder, size_t n, size_t d,
                              failure *err);
status_code modes_writer_add(modes_writer *w, const double *alpha, const double *p, failure *err);
status_code modes_writer_close(modes_writer *w, status_code so_far, failure *err);

#endif
