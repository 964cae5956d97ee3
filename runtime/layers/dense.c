#include "layers/dense.h"

#include <cblas.h>
#include <string.h>

void layers_dense(size_t n, size_t in, size_t out, const float *x, const float *w, const float *b,
                  float *y) {
  if (b)
    for (size_t i = 0; i < n; i++) memcpy(y + i * out, b, out * sizeof *y);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)out, (int)in, 1.0f, x,
              (int)in, w, (int)out, b ? 1.0f : 0.0f, y, (int)out);
}

static void add_columns(size_t n, size_t out, const float *dy, float *db) {
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < out; k++) db[k] += dy[i * out + k];
}

void layers_dense_backward(size_t n, size_t in, size_t out, const float *x, const float *w,
                           const float *dy, float *dw, float *db, float *dx) {
  if (dw)
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)in, (int)out, (int)n, 1.0f, x,
                (int)in, dy, (int)out, 1.0f, dw, (int)out);
  if (db) add_columns(n, out, dy, db);
  if (dx)
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)in, (int)out, 1.0f, dy,
                (int)out, w, (int)out, 0.0f, dx, (int)in);
}
