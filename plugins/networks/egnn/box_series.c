#include "box_series.h"

#include "layers/chebyshev.h"

#include <cblas.h>
#include <math.h>

enum { SQUARE = BOXES_NODES * BOXES_NODES };

size_t box_series_floats(void) {
  size_t floats = 0;
  for (size_t n = 1; n <= BOXES_NODES; n++) floats += n + n * n;
  return floats;
}

void box_series_open(box_tables *f, float *memory) {
  const bool computed = memory[1] > 0; /* matrix[1] is 1 */
  for (size_t n = 1; n <= BOXES_NODES; n++) {
    f->nodes[n] = memory;
    f->matrix[n] = memory + n;
    memory += n + n * n;
    if (computed) continue;
    chebyshev_nodes(n, f->nodes[n]);
    chebyshev_matrix(n, f->matrix[n]);
  }
}

static float unmap(float t, float low, float high) {
  return low + (t + 1) * (high - low) / 2;
}

void box_series_nodes(const box_tables *f, const box *b, const box_extent *at, float *d2,
                      float *z) {
  for (size_t k = 0; k < b->nu; k++)
    d2[k] = expm1f(unmap(f->nodes[b->nu][k], at->u_low, at->u_high));
  for (size_t l = 0; l < b->nz; l++)
    for (size_t k = 0; k < b->nu; k++) {
      d2[l * b->nu + k] = d2[k];
      z[l * b->nu + k] = unmap(f->nodes[b->nz][l], at->z_low, at->z_high);
    }
}

/* c [nz, nu] = matrix[nz] values matrix[nu]' */
void box_series_coefficients(const box_tables *f, const box *b, const float *values, float *c) {
  float half[SQUARE];
  const int nu = b->nu, nz = b->nz;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, nz, nu, nu, 1, values, nu, f->matrix[nu], nu,
              0, half, nu);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, nz, nu, nz, 1, f->matrix[nz], nz, half, nu,
              0, c, nu);
}

/* dvalues [nz, nu] = matrix[nz]' dc matrix[nu] */
void box_series_transpose(const box_tables *f, const box *b, const float *dc, float *dvalues) {
  float half[SQUARE];
  const int nu = b->nu, nz = b->nz;
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, nz, nu, nz, 1, f->matrix[nz], nz, dc, nu, 0,
              half, nu);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, nz, nu, nu, 1, half, nu, f->matrix[nu], nu,
              0, dvalues, nu);
}

box_tails box_series_tails(const box *b, const float *c, float *largest) {
  float in_u[BOXES_NODES] = {0}, in_z[BOXES_NODES] = {0}; /* the largest |c| of each order */
  for (size_t l = 0; l < b->nz; l++)
    for (size_t k = 0; k < b->nu; k++) {
      const float size = fabsf(c[l * b->nu + k]);
      in_u[k] = fmaxf(in_u[k], size);
      in_z[l] = fmaxf(in_z[l], size);
    }
  *largest = 0;
  for (size_t k = 0; k < b->nu; k++) *largest = fmaxf(*largest, in_u[k]);
  /* Two orders at a time: of an even or odd function every other coefficient is zero. */
  const size_t u = b->nu - 1u, z = b->nz - 1u;
  box_tails tails = {.u = fmaxf(in_u[u], in_u[u - 1]), .u_less = fmaxf(in_u[u - 1], in_u[u - 2])};
  if (b->nz == 1) return tails;
  tails.z = fmaxf(in_z[z], in_z[z - 1]);
  tails.z_less = fmaxf(in_z[z - 1], in_z[z - 2]);
  return tails;
}
