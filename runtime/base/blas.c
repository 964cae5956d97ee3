#include "base/blas.h"

#include "base/files.h"
#include "base/library.h"

#include <cblas.h>
#include <dlfcn.h>
#include <errno.h>
#include <lapacke.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Loading LAPACKE and what it needs takes a third of the start of a worker, and few workers need
 * eigenvectors: it is opened when it is first used. */
static status_code find_dsyevd(__typeof__(&LAPACKE_dsyevd) *out, failure *err) {
  int code;
  const char *words;
  void *library = library_open(LAPACKE_NAME, &code, &words);
  if (!library)
    return failure_set(err, files_status(code, STATUS_NO_RESOURCE), "cannot load LAPACKE: %s%s",
                       words, code == ENOMEM ? " (memory)" : "");
  void *found = dlsym(library, "LAPACKE_dsyevd");
  if (!found) return failure_set(err, STATUS_NO_RESOURCE, "cannot load LAPACKE: %s", dlerror());
  memcpy(out, &found, sizeof found);
  return STATUS_OK;
}

/* dsyevd counts its workspace of 1 + 6 d + 2 d^2 doubles in 32 bits. */
enum { LARGEST = 32000 };

status_code blas_eigen(double *a, size_t d, double *alpha, double *p, failure *err) {
  if (d > LARGEST)
    return failure_set(err, STATUS_NO_RESOURCE,
                       "eigenvalues of %zu rows, but LAPACK can do at most %d at once", d, LARGEST);
  for (size_t i = 0; i < d * d; i++) {
    if (!isfinite(a[i]))
      return failure_set(err, STATUS_DIVERGED,
                         "the matrix has %.17g at row %zu, column %zu, but eigenvalues need finite "
                         "numbers",
                         a[i], i / d, i % d);
  }
  if (d == 0) return STATUS_OK;
  static __typeof__(&LAPACKE_dsyevd) dsyevd;
  status_code status = dsyevd ? STATUS_OK : find_dsyevd(&dsyevd, err);
  if (status != STATUS_OK) return status;
  lapack_int n = (lapack_int)d;
  lapack_int info = dsyevd(LAPACK_ROW_MAJOR, 'V', 'L', n, a, n, alpha);
  if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR)
    return failure_set(err, STATUS_NO_RESOURCE, "no memory for the eigenvectors of %zu rows", d);
  if (info != 0 || !isfinite(alpha[0]) || !isfinite(alpha[d - 1]))
    return failure_set(err, STATUS_DIVERGED,
                       "the eigenvalues of %zu rows did not converge (info %d)", d, (int)info);
  memcpy(p, a, d * d * sizeof *p);
  return STATUS_OK;
}

/* Eight sums that do not wait for each other; the order of additions depends on d alone. */
static double dot(const float *row, const double *x, size_t d) {
  double lane[8] = {0};
  size_t whole = d / 8 * 8;
  for (size_t j = 0; j < whole; j += 8) {
    for (size_t k = 0; k < 8; k++) lane[k] += (double)row[j + k] * x[j + k];
  }
  for (size_t j = whole; j < d; j++) lane[j - whole] += (double)row[j] * x[j];
  return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

void blas_apply(const float *p, size_t d, const double *x, double *out) {
  for (size_t i = 0; i < d; i++) out[i] = dot(p + i * d, x, d);
}

void blas_apply_transposed(const float *p, size_t d, const double *x, double *out) {
  memset(out, 0, d * sizeof *out);
  for (size_t i = 0; i < d; i++) {
    for (size_t j = 0; j < d; j++) out[j] += (double)p[i * d + j] * x[i];
  }
}

void blas_multiply(blas_form form, size_t m, size_t n, size_t k, const float *a, const float *b,
                   float *c) {
  const bool turn_a = form == BLAS_TN, turn_b = form == BLAS_NT;
  cblas_sgemm(CblasRowMajor, turn_a ? CblasTrans : CblasNoTrans, turn_b ? CblasTrans : CblasNoTrans,
              (int)m, (int)n, (int)k, 1, a, (int)(turn_a ? m : k), b, (int)(turn_b ? k : n), 0, c,
              (int)n);
}

const char *blas_lapack(void) {
  static char path[PATH_MAX];
  Dl_info info;
  void *dsyevd = dlsym(RTLD_DEFAULT, "dsyevd_");
  if (!dsyevd || !dladdr(dsyevd, &info) || !realpath(info.dli_fname, path)) return "unknown";
  return path;
}

const char *blas_library(void) {
  static char text[256];
  snprintf(text, sizeof text, "%s, core %s", openblas_get_config(), openblas_get_corename());
  return text;
}

/* OpenBLAS maps a buffer at its first call, 128 MB in Debian's builds, and where it gets none it
 * tries for ever. So it is asked for here, with some room for what is allocated later. */
enum { NEEDED = (128 + 16) << 20 };

status_code blas_start(failure *err) {
  const int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void *room = mmap(NULL, NEEDED, PROT_READ | PROT_WRITE, how, -1, 0);
  if (room == MAP_FAILED)
    return failure_set(err, STATUS_NO_RESOURCE,
                       "no memory for OpenBLAS: it needs %d MB of address space. Raise the limit "
                       "(ulimit -v)",
                       NEEDED >> 20);
  munmap(room, NEEDED);
  openblas_set_num_threads(1);
  double one = 1, square = 0;
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, 1, 1, 1, &one, 1, 0, &square, 1);
  return STATUS_OK;
}
