#include "series.h"

#include "hifm/rng.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

enum { WATCH_EVERY = 64, WATCHED = 32, NU_FIRST = 48, NZ_FIRST = 16 };

/* A series that misses watched pairs by more than this is not used for that batch. */
static const double watch_limit = 1e-4;

/* Where bands end. */
static const float edges[ONE_BANDS] = {0.5f, 0.75f, 0.9f, INFINITY};

static size_t band_of(float z) {
  size_t k = 0;
  while (k + 1 < ONE_BANDS && z >= edges[k]) k++;
  return k;
}

void series_plan(one *o) {
  const size_t n = o->batch->n;
  memset(o->frame, 0, sizeof *o->frame);
  if (o->batch->nz == 1) {
    for (size_t b = 0; b < n; b++) o->slot[b] = b;
    o->frame->count = 1;
    o->frame->bands[0].n = n;
    return;
  }
  size_t next[ONE_BANDS] = {0}, first = 0;
  o->frame->count = ONE_BANDS;
  for (size_t b = 0; b < n; b++) o->frame->bands[band_of(o->batch->z[b])].n++;
  for (size_t k = 0; k < ONE_BANDS; k++) {
    o->frame->bands[k].first = next[k] = first;
    first += o->frame->bands[k].n;
  }
  for (size_t b = 0; b < n; b++) o->slot[next[band_of(o->batch->z[b])]++] = b;
}

scalar_rows series_rows(one *o, const one_band *band) {
  const size_t first = band->first * o->stride, count = band->n * o->stride;
  if (o->batch->nz == 1) return (scalar_rows){count, 1, o->d2 + first, o->batch->z};
  for (size_t b = band->first; b < band->first + band->n; b++)
    for (size_t p = 0; p < o->stride; p++) o->z[b * o->stride + p] = one_z(o, b);
  return (scalar_rows){count, count, o->d2 + first, o->z + first};
}

static void direct(one *o, const one_band *band, bool slope) {
  const size_t first = band->first * o->stride;
  const scalar_rows rows = series_rows(o, band);
  scalar_evaluate(&o->fun, &rows, o->tape, o->s + first, slope ? o->slope + first : NULL);
}

static void set_box(const one *o, const one_band *band, spectral *f) {
  float d2[2] = {INFINITY, 0}, z[2] = {INFINITY, -INFINITY};
  for (size_t i = band->first * o->stride; i < (band->first + band->n) * o->stride; i++) {
    d2[0] = fminf(d2[0], o->d2[i]);
    d2[1] = fmaxf(d2[1], o->d2[i]);
  }
  for (size_t b = band->first; b < band->first + band->n; b++) {
    z[0] = fminf(z[0], one_z(o, b));
    z[1] = fmaxf(z[1], one_z(o, b));
  }
  spectral_box(f, d2[0], d2[1], z[0], z[1]);
}

/* A training batch (each point its own z) begins with the sizes of the last one; a batch of one z
 * with fixed sizes, so that measuring leaves no trace in training. */
static bool fit(one *o, size_t k, size_t tile) {
  one_band *band = &o->frame->bands[k];
  one_state *state = o->state;
  spectral *f = &o->fit[k];
  const bool training = o->batch->nz > 1;
  const size_t nu = training && state->nu[k] ? state->nu[k] : NU_FIRST;
  const size_t nz = !training ? 1 : state->nz[k] ? state->nz[k] : NZ_FIRST;
  bool shrink_u = false, shrink_z = false;
  set_box(o, band, f);
  band->tile = tile;
  f->room = SPECTRAL_TILES - tile;
  f->tapes = o->tapes + tile * scalar_tape(o->net);
  band->series = spectral_fit(f, &o->fun, nu, nz, &shrink_u, &shrink_z);
  band->grid = f->at;
  if (!training || !band->series) return band->series;
  state->refits += f->at.nu != nu || f->at.nz != nz;
  state->nu[k] = (uint32_t)(f->at.nu - (shrink_u ? 4 : 0));
  state->nz[k] = (uint32_t)(f->at.nz - (shrink_z ? 4 : 0));
  return true;
}

static void map_arguments(one *o, const one_band *band, const spectral *f) {
  const size_t first = band->first * o->stride;
  spectral_map(f, band->n * o->stride, o->d2 + first, o->t + first);
  for (size_t b = band->first; o->batch->nz > 1 && b < band->first + band->n; b++) {
    const float t = spectral_map_z(f, one_z(o, b));
    chebyshev_values(f->at.nz, 1, &t,
                     o->tz + band->first * CHEBYSHEV_MOST + (b - band->first) * f->at.nz);
  }
}

/* values [n, stride] of the function with coefficients c [nz, nu]: contracted in z once per point,
 * summed by Clenshaw per pair. */
static void sum_series(one *o, const one_band *band, const spectral *f, const float *c,
                       float *values) {
  const size_t first = band->first * o->stride, blocks = o->stride / CHEBYSHEV_LANES;
  const int nu = (int)f->at.nu, nz = (int)f->at.nz;
  if (o->batch->nz == 1) {
    chebyshev_sum(f->at.nu, c, band->n * blocks, o->t + first, values + first);
    return;
  }
  float *a = o->a + band->first * CHEBYSHEV_MOST;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)band->n, nu, nz, 1,
              o->tz + band->first * CHEBYSHEV_MOST, nz, c, nu, 0, a, nu);
  for (size_t b = 0; b < band->n; b++)
    chebyshev_sum(f->at.nu, a + b * f->at.nu, blocks, o->t + first + b * o->stride,
                  values + first + b * o->stride);
}

static void evaluate(one *o, size_t k, bool slope, size_t *tile) {
  const one_band *band = &o->frame->bands[k];
  spectral *f = &o->fit[k];
  if (band->n == 0) return;
  if (!fit(o, k, *tile)) {
    direct(o, band, slope);
    if (o->batch->nz > 1) o->state->direct++;
    return;
  }
  *tile += spectral_tiles(f);
  map_arguments(o, band, f);
  sum_series(o, band, f, f->c, o->s);
  if (!slope) return;
  spectral_fit_slope(f, &o->fun);
  sum_series(o, band, f, f->c_slope, o->slope);
}

/* Every so often a few pairs are evaluated directly. */
static double watch(const one *o) {
  float d2[WATCHED], z[WATCHED], s[WATCHED];
  size_t at[WATCHED];
  double error = 0, size = 0;
  for (uint32_t k = 0; k < WATCHED; k++) {
    const hifm_stream stream = {0, HIFM_RNG_CHECK};
    const size_t b = hifm_below(stream, 2 * o->state->calls, k, o->batch->n);
    at[k] = b * o->stride + hifm_below(stream, 2 * o->state->calls + 1, k, o->pairs);
    d2[k] = o->d2[at[k]];
    z[k] = one_z(o, b);
  }
  const scalar_rows rows = {WATCHED, WATCHED, d2, z};
  scalar_tile(&o->fun, &rows, o->tape, s);
  for (size_t k = 0; k < WATCHED; k++) {
    error = fmax(error, fabs((double)s[k] - (double)o->s[at[k]]));
    size = fmax(size, fabs((double)s[k]));
  }
  return size > 0 ? error / size : error;
}

static void all_direct(one *o, bool slope) {
  for (size_t k = 0; k < o->frame->count; k++) {
    one_band *band = &o->frame->bands[k];
    if (!band->series) continue;
    band->series = false;
    direct(o, band, slope);
    o->state->direct++;
  }
}

void series_forward(one *o, bool slope) {
  size_t tile = 0;
  for (size_t k = 0; k < o->frame->count; k++) evaluate(o, k, slope, &tile);
  if (o->batch->nz == 1 || o->state->calls++ % WATCH_EVERY) return;
  const double error = watch(o);
  o->state->watch = fmax(o->state->watch, error);
  if (!(error <= watch_limit)) all_direct(o, slope);
}

/* The fit of a band as the forward pass left it. */
static spectral *restore(one *o, size_t k) {
  spectral *f = &o->fit[k];
  f->at = o->frame->bands[k].grid;
  f->tapes = o->tapes + o->frame->bands[k].tile * scalar_tape(o->net);
  return f;
}

void series_slopes(one *o) {
  for (size_t k = 0; k < o->frame->count; k++) {
    const one_band *band = &o->frame->bands[k];
    if (!band->series) {
      direct(o, band, true);
      continue;
    }
    spectral *f = restore(o, k);
    spectral_fit_slope(f, &o->fun);
    sum_series(o, band, f, f->c_slope, o->slope);
  }
}

/* The transpose of sum_series and of the fit. */
static void band_backward(one *o, size_t k, float *dw) {
  const one_band *band = &o->frame->bands[k];
  spectral *f = restore(o, k);
  const size_t first = band->first * o->stride, blocks = o->stride / CHEBYSHEV_LANES;
  const int nu = (int)f->at.nu, nz = (int)f->at.nz;
  float *dc = f->c_slope; /* of the same size, and not in use while training */
  if (o->batch->nz == 1) {
    chebyshev_spread(f->at.nu, band->n * blocks, o->t + first, o->ds + first, dc);
  } else {
    float *da = o->da + band->first * CHEBYSHEV_MOST;
    for (size_t b = 0; b < band->n; b++)
      chebyshev_spread(f->at.nu, blocks, o->t + first + b * o->stride,
                       o->ds + first + b * o->stride, da + b * f->at.nu);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, nz, nu, (int)band->n, 1,
                o->tz + band->first * CHEBYSHEV_MOST, nz, da, nu, 0, dc, nu);
  }
  spectral_backward(f, &o->fun, dc, dw);
}

void series_backward(one *o, float *dw) {
  for (size_t k = 0; k < o->frame->count; k++) {
    const one_band *band = &o->frame->bands[k];
    if (band->n == 0) continue;
    if (band->series) {
      band_backward(o, k, dw);
      continue;
    }
    const scalar_rows rows = series_rows(o, band);
    scalar_backward(&o->fun, &rows, o->tape, o->ds + band->first * o->stride, false, dw);
  }
}
