#include "one.h"

#include "hifm/rng.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

enum { WATCH_EVERY = 64, WATCHED = 32, NU_FIRST = 48, NZ_FIRST = 24 };

/* From how many pairs on a series is worth its nodes: with one z, and with many. */
enum { WORTH_ONE_Z = 256, WORTH = 4096 };

/* A series that misses watched pairs by more than this is not used for that batch. */
static const double watch_limit = 1e-4;

/* What a backward pass must know of the forward pass before it. */
typedef struct one_frame {
  bool series;
  spectral_grid grid;
} one_frame;

typedef struct one {
  const egnn *net;
  const hifm_domain *domain;
  const hifm_batch *batch;
  spectral_state *state; /* the first bytes of work */
  one_frame *frame;
  size_t pairs, stride;               /* per point; a series wants whole blocks of lanes */
  unsigned char *i, *j;               /* [pairs] */
  float *diff;                        /* [n, stride, D] */
  float *d2, *t, *z, *s, *ds, *slope; /* [n, stride] */
  float *tz, *a, *da;                 /* [n, CHEBYSHEV_MOST]: T(z), series in u, its gradient */
  scalar fun;
  float *fun_memory, *tape;
  spectral fit;
} one;

static size_t pairs_of(const hifm_domain *domain) {
  return (size_t)domain->particles * (domain->particles - 1) / 2;
}

static size_t padded(size_t pairs) {
  return (pairs + CHEBYSHEV_LANES - 1) / CHEBYSHEV_LANES * CHEBYSHEV_LANES;
}

static bool wants_series(const egnn *net, size_t pairs, bool one_z) {
  if (net->evaluate == EGNN_AUTO) return pairs >= (one_z ? WORTH_ONE_Z : WORTH);
  return net->evaluate == EGNN_SPECTRAL;
}

typedef struct carver {
  char *base;
  size_t used;
} carver;

static void *take(carver *c, size_t bytes) {
  void *p = c->base ? c->base + c->used : NULL;
  c->used += (bytes + 63) / 64 * 64;
  return p;
}

static float *floats(carver *c, size_t count) {
  return take(c, count * sizeof(float));
}

static size_t carve(one *o, const egnn *net, const hifm_domain *domain, size_t n, void *base) {
  const size_t pairs = pairs_of(domain), stride = padded(pairs), all = n * stride;
  carver c = {base, 0};
  *o = (one){.net = net, .domain = domain, .pairs = pairs};
  o->state = take(&c, sizeof *o->state);
  o->frame = take(&c, sizeof *o->frame);
  o->i = take(&c, pairs);
  o->j = take(&c, pairs);
  o->diff = floats(&c, all * domain->space);
  float **const per_pair[] = {&o->d2, &o->t, &o->z, &o->s, &o->ds, &o->slope};
  for (size_t k = 0; k < 6; k++) *per_pair[k] = floats(&c, all);
  o->fun_memory = floats(&c, scalar_spare(net));
  o->tape = floats(&c, scalar_tape(net));
  if (net->evaluate != EGNN_DIRECT) {
    o->tz = floats(&c, n * CHEBYSHEV_MOST);
    o->a = floats(&c, n * CHEBYSHEV_MOST);
    o->da = floats(&c, n * CHEBYSHEV_MOST);
    spectral_open(&o->fit, net, floats(&c, spectral_floats(net)));
  }
  return c.used;
}

/* Direct evaluation keeps the tape of one tile; a series takes the whole batch. */
size_t one_chunk(const egnn *net, const hifm_domain *domain, size_t n) {
  const size_t fit = SCALAR_TILE / pairs_of(domain);
  if (wants_series(net, n * pairs_of(domain), false)) return n;
  return fit < 1 ? 1 : fit > n ? n : fit;
}

size_t one_work(const egnn *net, const hifm_domain *domain, size_t n) {
  one o;
  return carve(&o, net, domain, n, NULL);
}

static void measure_pairs(one *o) {
  const size_t space = o->domain->space, d = o->domain->d;
  for (size_t b = 0; b < o->batch->n; b++) {
    float *d2 = o->d2 + b * o->stride, *diff = o->diff + b * o->stride * space;
    for (size_t p = 0; p < o->pairs; p++) {
      const float *xi = o->batch->x + b * d + o->i[p] * space;
      const float *xj = o->batch->x + b * d + o->j[p] * space;
      d2[p] = 0;
      for (size_t k = 0; k < space; k++) {
        diff[p * space + k] = xi[k] - xj[k];
        d2[p] += diff[p * space + k] * diff[p * space + k];
      }
    }
    for (size_t p = o->pairs; p < o->stride; p++) d2[p] = d2[0]; /* lanes to fill the block */
  }
}

static void open(one *o, const egnn *net, const hifm_domain *domain, const float *w,
                 const hifm_batch *batch, void *memory) {
  carve(o, net, domain, batch->n, memory);
  o->batch = batch;
  size_t p = 0;
  for (unsigned i = 0; i < domain->particles; i++)
    for (unsigned j = i + 1; j < domain->particles; j++) {
      o->i[p] = (unsigned char)i;
      o->j[p++] = (unsigned char)j;
    }
  scalar_open(&o->fun, net, w, o->fun_memory);
}

/* ---- direct ---- */

static scalar_rows direct_rows(one *o) {
  const hifm_batch *batch = o->batch;
  const size_t count = batch->n * o->stride;
  if (batch->nz == 1) return (scalar_rows){count, 1, o->d2, batch->z};
  for (size_t b = 0; b < batch->n; b++)
    for (size_t p = 0; p < o->stride; p++) o->z[b * o->stride + p] = batch->z[b];
  return (scalar_rows){count, count, o->d2, o->z};
}

static void direct_forward(one *o, bool slope) {
  o->stride = o->pairs;
  measure_pairs(o);
  const scalar_rows rows = direct_rows(o);
  scalar_evaluate(&o->fun, &rows, o->tape, o->s, slope ? o->slope : NULL);
}

/* ---- series ---- */

static void set_box(one *o) {
  const size_t count = o->batch->n * o->stride;
  float d2[2] = {INFINITY, 0}, z[2] = {INFINITY, -INFINITY};
  for (size_t i = 0; i < count; i++) {
    d2[0] = fminf(d2[0], o->d2[i]);
    d2[1] = fmaxf(d2[1], o->d2[i]);
  }
  for (size_t b = 0; b < o->batch->nz; b++) {
    z[0] = fminf(z[0], o->batch->z[b]);
    z[1] = fmaxf(z[1], o->batch->z[b]);
  }
  spectral_box(&o->fit, d2[0], d2[1], z[0], z[1]);
}

/* values [n, stride] of the function with coefficients c [nz, nu]: contracted in z once per point,
 * summed by Clenshaw per pair. */
static void sum_series(one *o, const float *c, float *values) {
  const spectral *f = &o->fit;
  const size_t n = o->batch->n, blocks = o->stride / CHEBYSHEV_LANES;
  if (o->batch->nz == 1) {
    chebyshev_sum(f->at.nu, c, n * blocks, o->t, values);
    return;
  }
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)f->at.nu, (int)f->at.nz, 1,
              o->tz, (int)f->at.nz, c, (int)f->at.nu, 0, o->a, (int)f->at.nu);
  for (size_t b = 0; b < n; b++)
    chebyshev_sum(f->at.nu, o->a + b * f->at.nu, blocks, o->t + b * o->stride,
                  values + b * o->stride);
}

static void find_slopes_of_series(one *o) {
  spectral_fit_slope(&o->fit, &o->fun);
  sum_series(o, o->fit.c_slope, o->slope);
}

/* Every so often a few pairs are evaluated directly. */
static double watch(const one *o) {
  float d2[WATCHED], z[WATCHED], s[WATCHED];
  size_t at[WATCHED];
  double error = 0, size = 0;
  for (uint32_t k = 0; k < WATCHED; k++) {
    const hifm_stream stream = {0, HIFM_RNG_CHECK};
    const size_t b = hifm_below(stream, 2 * o->state->calls, k, o->batch->n);
    const size_t p = hifm_below(stream, 2 * o->state->calls + 1, k, o->pairs);
    at[k] = b * o->stride + p;
    d2[k] = o->d2[at[k]];
    z[k] = o->batch->z[b];
  }
  const scalar_rows rows = {WATCHED, WATCHED, d2, z};
  scalar_tile(&o->fun, &rows, o->tape, s);
  for (size_t k = 0; k < WATCHED; k++) {
    error = fmax(error, fabs((double)s[k] - (double)o->s[at[k]]));
    size = fmax(size, fabs((double)s[k]));
  }
  return size > 0 ? error / size : error;
}

static void map_arguments(one *o) {
  const hifm_batch *batch = o->batch;
  spectral_map(&o->fit, batch->n * o->stride, o->d2, o->t);
  if (batch->nz == 1) return;
  for (size_t b = 0; b < batch->n; b++) {
    const float t = spectral_map_z(&o->fit, batch->z[b]);
    chebyshev_values(o->fit.at.nz, 1, &t, o->tz + b * o->fit.at.nz);
  }
}

/* A training batch (each point its own z) begins with the sizes of the last one; a batch of one z
 * with fixed sizes, so that measuring leaves no trace in training. */
static bool fit_batch(one *o) {
  spectral_state *state = o->state;
  const bool training = o->batch->nz > 1;
  bool shrink_u = false, shrink_z = false;
  const size_t nu = training && state->nu ? state->nu : NU_FIRST;
  const size_t nz = !training ? 1 : state->nz ? state->nz : NZ_FIRST;
  const bool fits = spectral_fit(&o->fit, &o->fun, nu, nz, &shrink_u, &shrink_z);
  if (!training) return fits;
  state->calls++;
  if (!fits) return false;
  state->refits += o->fit.at.nu != nu || o->fit.at.nz != nz;
  state->nu = (uint32_t)(o->fit.at.nu - (shrink_u ? 4 : 0));
  state->nz = (uint32_t)(o->fit.at.nz - (shrink_z ? 4 : 0));
  return true;
}

static bool series_forward(one *o, bool slope) {
  const bool training = o->batch->nz > 1;
  o->stride = padded(o->pairs);
  measure_pairs(o);
  set_box(o);
  bool fits = fit_batch(o);
  if (fits) {
    map_arguments(o);
    sum_series(o, o->fit.c, o->s);
    if (slope) find_slopes_of_series(o);
  }
  if (fits && training && o->state->calls % WATCH_EVERY == 1) {
    const double error = watch(o);
    o->state->watch = fmax(o->state->watch, error);
    fits = error <= watch_limit;
  }
  if (!fits && training) o->state->direct++;
  return fits;
}

static void series_backward(one *o, float *dw) {
  spectral *f = &o->fit;
  const size_t n = o->batch->n, blocks = o->stride / CHEBYSHEV_LANES;
  float *dc = f->c_slope; /* of the same size, and not in use while training */
  if (o->batch->nz == 1) {
    chebyshev_spread(f->at.nu, n * blocks, o->t, o->ds, dc);
  } else {
    for (size_t b = 0; b < n; b++)
      chebyshev_spread(f->at.nu, blocks, o->t + b * o->stride, o->ds + b * o->stride,
                       o->da + b * f->at.nu);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)f->at.nz, (int)f->at.nu, (int)n, 1,
                o->tz, (int)f->at.nz, o->da, (int)f->at.nu, 0, dc, (int)f->at.nu);
  }
  spectral_backward(f, &o->fun, dc, dw);
}

/* ---- sums over pairs ---- */

static void evaluate(one *o, bool slope) {
  const bool tried = wants_series(o->net, o->batch->n * o->pairs, o->batch->nz == 1);
  o->frame->series = tried && series_forward(o, slope);
  if (o->frame->series)
    o->frame->grid = o->fit.at;
  else
    direct_forward(o, slope);
}

static float share(const one *o) {
  return 1.0f / (float)(o->domain->particles - 1);
}

static void move(const one *o, float *v) {
  const size_t space = o->domain->space, d = o->domain->d;
  memset(v, 0, o->batch->n * d * sizeof *v);
  for (size_t b = 0; b < o->batch->n; b++)
    for (size_t p = 0; p < o->pairs; p++) {
      const size_t at = b * o->stride + p;
      float *vi = v + b * d + o->i[p] * space, *vj = v + b * d + o->j[p] * space;
      for (size_t k = 0; k < space; k++) {
        const float push = share(o) * o->s[at] * o->diff[at * space + k];
        vi[k] += push;
        vj[k] -= push;
      }
    }
}

void one_forward(const egnn *net, const hifm_domain *domain, const float *w,
                 const hifm_batch *batch, float *v, void *memory) {
  one o;
  open(&o, net, domain, w, batch, memory);
  evaluate(&o, false);
  move(&o, v);
}

/* div v = sum over unordered pairs of 2/(N-1) (D s + 2 d2 ds/dd2) */
void one_divergence(const egnn *net, const hifm_domain *domain, const float *w,
                    const hifm_batch *batch, float *v, float *divergence, void *memory) {
  one o;
  open(&o, net, domain, w, batch, memory);
  evaluate(&o, true);
  move(&o, v);
  for (size_t b = 0; b < batch->n; b++) {
    double sum = 0;
    for (size_t p = b * o.stride; p < b * o.stride + o.pairs; p++)
      sum += (double)((float)domain->space * o.s[p] + 2 * o.d2[p] * o.slope[p]);
    divergence[b] = (float)(2 * (double)share(&o) * sum);
  }
}

/* ds per pair, from dv; padding lanes get 0. */
static void pull(one *o, const float *dv) {
  const size_t space = o->domain->space, d = o->domain->d;
  for (size_t b = 0; b < o->batch->n; b++) {
    for (size_t p = 0; p < o->pairs; p++) {
      const size_t at = b * o->stride + p;
      const float *gi = dv + b * d + o->i[p] * space, *gj = dv + b * d + o->j[p] * space;
      float sum = 0;
      for (size_t k = 0; k < space; k++) sum += (gi[k] - gj[k]) * o->diff[at * space + k];
      o->ds[at] = share(o) * sum;
    }
    for (size_t p = o->pairs; p < o->stride; p++) o->ds[b * o->stride + p] = 0;
  }
}

/* dx = through the difference vectors, and through d2 by the slopes. */
static void move_backward(const one *o, const float *dv, float *dx) {
  const size_t space = o->domain->space, d = o->domain->d;
  memset(dx, 0, o->batch->n * d * sizeof *dx);
  for (size_t b = 0; b < o->batch->n; b++)
    for (size_t p = 0; p < o->pairs; p++) {
      const size_t at = b * o->stride + p, i = b * d + o->i[p] * space, j = b * d + o->j[p] * space;
      for (size_t k = 0; k < space; k++) {
        const float along = 2 * o->ds[at] * o->slope[at] * o->diff[at * space + k];
        const float change = share(o) * o->s[at] * (dv[i + k] - dv[j + k]) + along;
        dx[i + k] += change;
        dx[j + k] -= change;
      }
    }
}

static void direct_backward(one *o, float *dw) {
  const scalar_rows rows = direct_rows(o);
  scalar_backward(&o->fun, &rows, o->tape, o->ds, dw);
}

static void find_slopes(one *o) {
  if (o->frame->series) {
    find_slopes_of_series(o);
  } else {
    const scalar_rows rows = direct_rows(o);
    scalar_evaluate(&o->fun, &rows, o->tape, o->s, o->slope);
  }
}

void one_backward(const egnn *net, const hifm_domain *domain, const float *w,
                  const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory) {
  one o;
  open(&o, net, domain, w, batch, memory);
  o.stride = o.frame->series ? padded(o.pairs) : o.pairs;
  o.fit.at = o.frame->grid;
  pull(&o, dv);
  if (dx) {
    find_slopes(&o);
    move_backward(&o, dv, dx);
  }
  if (!dw) return;
  if (o.frame->series)
    series_backward(&o, dw);
  else
    direct_backward(&o, dw);
  scalar_finish(&o.fun, dw);
}
