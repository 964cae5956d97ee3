/* The one wrapper of CBLAS and LAPACKE in the runtime. */
#ifndef BASE_BLAS_H
#define BASE_BLAS_H

#include "base/failure.h"

#include <stddef.h>

/* Eigenvalues alpha [d], ascending, and orthonormal eigenvectors p [d, d] (column i belongs to
 * alpha[i]) of the symmetric a [d, d], which is overwritten. STATUS_DIVERGED when a is not finite
 * or LAPACK did not converge. LAPACKE_dsyevd. */
status_code blas_eigen(double *a, size_t d, double *alpha, double *p, failure *err);

/* out = P x  and  out = P' x  for p [d, d] row-major float, x and out [d] double. */
void blas_apply(const float *p, size_t d, const double *x, double *out);
void blas_apply_transposed(const float *p, size_t d, const double *x, double *out);

/* c [m, n] = A B in float, row-major, by cblas_sgemm: N as it is in memory (a [m, k], b [k, n]),
 * T transposed (a is [k, m], b is [n, k]). */
typedef enum blas_form { BLAS_NN, BLAS_NT, BLAS_TN } blas_form;
void blas_multiply(blas_form form, size_t m, size_t n, size_t k, const float *a, const float *b,
                   float *c);

/* Which OpenBLAS this is and which core it chose, for provenance. */
const char *blas_library(void);

/* Which file LAPACK comes from, "unknown" where the system does not report it: on Debian
 * several libraries share one name, and their last digits differ. */
const char *blas_lapack(void);

/* Before the first product or decomposition: one BLAS thread in this process, as the grid is the
 * parallelism, and the memory that OpenBLAS needs. STATUS_NO_RESOURCE where there is too little. */
status_code blas_start(failure *err);

#endif
