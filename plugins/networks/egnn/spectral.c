#include "spectral.h"

#include <cblas.h>
#include <math.h>

/* An axis is resolved when its last three coefficients are this small against the largest one. */
static const float tolerance = 4e-6f;

enum { NU_LEAST = 16, NZ_LEAST = 8, STEP = 8 };

static size_t tiles(size_t rows) {
  return (rows + SCALAR_TILE - 1) / SCALAR_TILE;
}

size_t spectral_floats(void) {
  return 7 * SPECTRAL_NODES_MOST + 2 * CHEBYSHEV_MOST * CHEBYSHEV_MOST;
}

void spectral_open(spectral *f, float *memory) {
  const size_t square = CHEBYSHEV_MOST * CHEBYSHEV_MOST, most = SPECTRAL_NODES_MOST;
  float **const part[] = {&f->d2, &f->z, &f->s, &f->ds, &f->c, &f->c_slope, &f->spare};
  for (size_t k = 0; k < 7; k++) *part[k] = memory + k * most;
  f->by_u = memory + 7 * most;
  f->by_z = f->by_u + square;
}

size_t spectral_tiles(const spectral *f) {
  return tiles(f->at.nu * f->at.nz);
}

static bool has_room(const spectral *f) {
  return f->at.nu * f->at.nz <= SPECTRAL_NODES_MOST && spectral_tiles(f) <= f->room;
}

/* A box of no width maps everything to t = -1. */
static float scale_of(float low, float high) {
  return high > low ? 2 / (high - low) : 0;
}

void spectral_box(spectral *f, float d2_low, float d2_high, float z_low, float z_high) {
  f->at.u_low = log1pf(d2_low);
  f->at.u_scale = scale_of(f->at.u_low, log1pf(d2_high));
  f->at.z_low = z_low;
  f->at.z_scale = scale_of(z_low, z_high);
}

static float clamp(float t) {
  return t < -1 ? -1 : t > 1 ? 1 : t; /* rounding at the ends of the box */
}

void spectral_map(const spectral *f, size_t count, const float *d2, float *t) {
  for (size_t i = 0; i < count; i++)
    t[i] = clamp((log1pf(d2[i]) - f->at.u_low) * f->at.u_scale - 1);
}

float spectral_map_z(const spectral *f, float z) {
  return clamp((z - f->at.z_low) * f->at.z_scale - 1);
}

static double unmap(double t, float low, float scale) {
  return scale > 0 ? (double)low + (t + 1) / (double)scale : (double)low;
}

static void place_nodes(spectral *f) {
  double tu[CHEBYSHEV_MOST], tz[CHEBYSHEV_MOST];
  chebyshev_nodes(f->at.nu, tu);
  chebyshev_nodes(f->at.nz, tz);
  for (size_t l = 0; l < f->at.nz; l++)
    for (size_t k = 0; k < f->at.nu; k++) {
      f->d2[l * f->at.nu + k] = (float)expm1(unmap(tu[k], f->at.u_low, f->at.u_scale));
      f->z[l * f->at.nu + k] = (float)unmap(tz[l], f->at.z_low, f->at.z_scale);
    }
  chebyshev_matrix(f->at.nu, f->by_u);
  chebyshev_matrix(f->at.nz, f->by_z);
}

/* c = by_z values by_u' */
static void transform(spectral *f, const float *values, float *c) {
  const int nu = (int)f->at.nu, nz = (int)f->at.nz;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, nz, nu, nu, 1, values, nu, f->by_u, nu, 0,
              f->spare, nu);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, nz, nu, nz, 1, f->by_z, nz, f->spare, nu,
              0, c, nu);
}

static float largest(const float *c, size_t count) {
  float most = 0;
  for (size_t i = 0; i < count; i++) most = fmaxf(most, fabsf(c[i]));
  return most;
}

/* The largest coefficient among the last `last` of an axis. */
static float tail_u(const spectral *f, size_t last) {
  float most = 0;
  for (size_t l = 0; l < f->at.nz; l++)
    most = fmaxf(most, largest(f->c + l * f->at.nu + f->at.nu - last, last));
  return most;
}

static float tail_z(const spectral *f, size_t last) {
  return largest(f->c + (f->at.nz - last) * f->at.nu, last * f->at.nu);
}

static size_t grow(size_t n) {
  const size_t more = n + n / 4 + STEP;
  return more > CHEBYSHEV_MOST ? CHEBYSHEV_MOST : more;
}

/* Tile k of the nodes. */
static scalar_rows node_tile(const spectral *f, size_t k) {
  const size_t count = f->at.nu * f->at.nz, first = k * SCALAR_TILE, left = count - first;
  const scalar_rows all = {count, count, f->d2, f->z};
  return scalar_part(&all, first, left < SCALAR_TILE ? left : SCALAR_TILE);
}

static void evaluate_nodes(spectral *f, const scalar *s) {
  place_nodes(f);
  for (size_t k = 0; k < spectral_tiles(f); k++) {
    const scalar_rows part = node_tile(f, k);
    scalar_tile(s, &part, f->tapes + k * scalar_tape(s->net), f->s + k * SCALAR_TILE);
  }
  transform(f, f->s, f->c);
}

bool spectral_fit(spectral *f, const scalar *s, size_t nu, size_t nz, bool *shrink_u,
                  bool *shrink_z) {
  f->at.nu = nu < NU_LEAST ? NU_LEAST : nu;
  f->at.nz = nz == 1 ? 1 : nz < NZ_LEAST ? NZ_LEAST : nz;
  while (has_room(f)) {
    evaluate_nodes(f, s);
    const float bound = tolerance * largest(f->c, f->at.nu * f->at.nz);
    const bool more_u = tail_u(f, 3) > bound, more_z = f->at.nz > 1 && tail_z(f, 3) > bound;
    if (!isfinite(bound)) return false;
    if (!more_u && !more_z) {
      *shrink_u = f->at.nu >= NU_LEAST + STEP && tail_u(f, STEP + 2) < bound / 4;
      *shrink_z = f->at.nz >= NZ_LEAST + STEP && tail_z(f, STEP + 2) < bound / 4;
      return true;
    }
    const size_t next_u = more_u ? grow(f->at.nu) : f->at.nu,
                 next_z = more_z ? grow(f->at.nz) : f->at.nz;
    if (next_u == f->at.nu && next_z == f->at.nz) return false;
    f->at.nu = next_u;
    f->at.nz = next_z;
  }
  return false;
}

void spectral_fit_slope(spectral *f, const scalar *s) {
  for (size_t k = 0; k < spectral_tiles(f); k++) {
    const scalar_rows part = node_tile(f, k);
    scalar_tile_slope(s, &part, f->tapes + k * scalar_tape(s->net), f->ds + k * SCALAR_TILE);
  }
  transform(f, f->ds, f->c_slope);
}

void spectral_backward(spectral *f, scalar *s, const float *dc, float *dw) {
  const int nu = (int)f->at.nu, nz = (int)f->at.nz;
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, nz, nu, nz, 1, f->by_z, nz, dc, nu, 0,
              f->spare, nu);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, nz, nu, nu, 1, f->spare, nu, f->by_u, nu,
              0, f->ds, nu);
  for (size_t k = spectral_tiles(f); k-- > 0;) { /* the last tapes are still in the cache */
    const scalar_rows part = node_tile(f, k);
    scalar_tile_backward(s, &part, f->tapes + k * scalar_tape(s->net), f->ds + k * SCALAR_TILE, dw);
  }
}
