/* Eigenvectors from files: writer and reader of what modes_eigen.h describes. */
#include "job/modes_eigen.h"

#include "base/blas.h"
#include "base/memory.h"
#include "host/plugins.h"
#include "job/modes_parts.h"

#include <stdlib.h>

const char *const MODES_FILES[2] = {"alpha.npy", "basis.npy"};

/* Where alpha and P are in a folder. */
static const char *alpha_path(arena *a, const char *folder) {
  return arena_format(a, "%s/%s", folder, MODES_FILES[0]);
}

static const char *basis_path(arena *a, const char *folder) {
  return arena_format(a, "%s/%s", folder, MODES_FILES[1]);
}

/* ---- writer ---- */

double modes_writer_bytes(size_t n, size_t d) {
  return (double)n * (double)d * (8.0 + 4.0 * (double)d);
}

status_code modes_writer_open(modes_writer *w, const char *folder, size_t n, size_t d,
                              failure *err) {
  arena a = {0};
  const size_t shape[3] = {n, d, d};
  *w = (modes_writer){.d = d};
  status_code status = npy_begin(&w->alpha, alpha_path(&a, folder), NPY_FLOAT64, 2, shape, err);
  if (status == STATUS_OK) {
    status = npy_begin(&w->basis, basis_path(&a, folder), NPY_FLOAT32, 3, shape, err);
    if (status != STATUS_OK) npy_abandon(&w->alpha);
  }
  if (status == STATUS_OK) w->narrow = memory_array(d * d, sizeof *w->narrow);
  arena_close(&a);
  return status;
}

status_code modes_writer_add(modes_writer *w, const double *alpha, const double *p, failure *err) {
  const size_t d = w->d;
  for (size_t i = 0; i < d * d; i++) w->narrow[i] = (float)p[i];
  status_code status = npy_append(&w->alpha, alpha, d * sizeof *alpha, err);
  return status == STATUS_OK ? npy_append(&w->basis, w->narrow, d * d * sizeof *w->narrow, err)
                             : status;
}

/* Commits one file of the two if all went well so far. */
static status_code end_file(npy_writer *file, status_code so_far, failure *err) {
  if (so_far == STATUS_OK) return npy_commit(file, err);
  npy_abandon(file);
  return so_far;
}

status_code modes_writer_close(modes_writer *w, status_code so_far, failure *err) {
  plugins_keep_settings("modes"); /* the files are open */
  status_code status = end_file(&w->alpha, so_far, err);
  status = end_file(&w->basis, status, err);
  free(w->narrow);
  return status;
}

/* ---- reader ---- */

typedef struct eigen {
  npy_array alpha, basis; /* [n, d], [n, d, d] */
  size_t d;
} eigen;

static const double *rates(const void *self, size_t row) {
  const eigen *e = self;
  return (const double *)e->alpha.data + row * e->d;
}

/* scratch: P'x, P'y, one term in the modes. */
static void mix(const void *self, size_t row, const double *x, const double *y,
                const modes_term *terms, size_t term_count, double *scratch) {
  const eigen *e = self;
  const size_t d = e->d;
  const float *p = (const float *)e->basis.data + row * d * d;
  double *along_x = scratch, *along_y = scratch + d, *mixed = scratch + 2 * d;
  blas_apply_transposed(p, d, x, along_x);
  if (y) blas_apply_transposed(p, d, y, along_y);
  for (const modes_term *t = terms; t < terms + term_count; t++) {
    for (size_t i = 0; i < d; i++) {
      const double sum = t->a[i] * along_x[i];
      mixed[i] = t->scale * (y ? sum + t->b[i] * along_y[i] : sum);
    }
    blas_apply(p, d, mixed, t->out);
  }
}

static void close_eigen(void *self) {
  eigen *e = self;
  npy_close(&e->alpha);
  npy_close(&e->basis);
  free(e);
}

static const modes_ops OPS = {.rates = rates, .mix = mix, .close = close_eigen};

static status_code open_files(eigen *e, const char *folder, size_t n, failure *err) {
  arena a = {0};
  const size_t d = e->d;
  status_code status = npy_open(&e->alpha, alpha_path(&a, folder), err);
  if (status == STATUS_OK) status = npy_open(&e->basis, basis_path(&a, folder), err);
  arena_close(&a);
  if (status != STATUS_OK) return status;
  if (e->alpha.count == n * d && e->alpha.type == NPY_FLOAT64 && e->basis.count == n * d * d &&
      e->basis.type == NPY_FLOAT32)
    return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT,
                     "%s: the eigendecompositions belong to other data, not to %zu points of %zu "
                     "coordinates",
                     folder, n, d);
}

status_code modes_open_eigen(modes *m, const char *folder, size_t n, size_t d, failure *err) {
  eigen *e = memory_get(sizeof *e);
  e->d = d;
  *m = (modes){.ops = &OPS, .self = e, .count = d};
  status_code status = open_files(e, folder, n, err);
  if (status != STATUS_OK) modes_close(m);
  return status;
}
