#include "single_layer.h"

#include "layers/workspace.h"
#include "pair_series.h"

#include <string.h>

/* From how many pairs on a series is worth its nodes: with one z, and with many. */
enum { WORTH_ONE_Z = 256, WORTH = 4096 };

static size_t pairs_of(const hifm_domain *domain) {
  return (size_t)domain->particles * (domain->particles - 1) / 2;
}

static bool wants_series(const egnn *net, size_t pairs, bool one_z) {
  if (net->evaluate == EGNN_AUTO) return pairs >= (one_z ? WORTH_ONE_Z : WORTH);
  return net->evaluate == EGNN_SPECTRAL;
}

static size_t carve(single_layer *o, const egnn *net, const hifm_domain *domain, size_t n,
                    void *base) {
  const size_t pairs = pairs_of(domain), all = n * pairs;
  workspace c = {base, 0};
  *o = (single_layer){.net = net, .domain = domain, .pairs = pairs};
  if (net->evaluate != EGNN_DIRECT)
    pair_series_carve(&o->fit, &c, net, n, pairs); /* its state first */
  o->i = workspace_take(&c, pairs);
  o->j = workspace_take(&c, pairs);
  o->diff = workspace_floats(&c, all * domain->space);
  float **const per_pair[] = {&o->d2, &o->z, &o->s, &o->ds, &o->slope};
  for (size_t k = 0; k < 5; k++) *per_pair[k] = workspace_floats(&c, all);
  o->fun_memory = workspace_floats(&c, pair_mlp_scratch(net));
  o->tape = workspace_floats(&c, pair_mlp_tape(net));
  return c.used;
}

/* Direct evaluation keeps the tape of one tile; a series takes the whole batch. */
size_t single_layer_chunk(const egnn *net, const hifm_domain *domain, size_t n) {
  const size_t fit = PAIR_MLP_TILE / pairs_of(domain);
  if (wants_series(net, n * pairs_of(domain), false)) return n;
  return fit < 1 ? 1 : fit > n ? n : fit;
}

size_t single_layer_work(const egnn *net, const hifm_domain *domain, size_t n) {
  single_layer o;
  return carve(&o, net, domain, n, NULL);
}

static void measure_pairs(single_layer *o) {
  const size_t space = o->domain->space, d = o->domain->d;
  for (size_t b = 0; b < o->batch->n; b++) {
    const float *x = o->batch->x + b * d;
    float *d2 = o->d2 + b * o->pairs, *diff = o->diff + b * o->pairs * space;
    for (size_t p = 0; p < o->pairs; p++) {
      const float *xi = x + o->i[p] * space;
      const float *xj = x + o->j[p] * space;
      d2[p] = 0;
      for (size_t k = 0; k < space; k++) {
        diff[p * space + k] = xi[k] - xj[k];
        d2[p] += diff[p * space + k] * diff[p * space + k];
      }
    }
  }
}

static void open(single_layer *o, const egnn *net, const hifm_domain *domain, const float *w,
                 const hifm_batch *batch, void *memory) {
  carve(o, net, domain, batch->n, memory);
  o->batch = batch;
  size_t p = 0;
  for (unsigned i = 0; i < domain->particles; i++)
    for (unsigned j = i + 1; j < domain->particles; j++) {
      o->i[p] = (unsigned char)i;
      o->j[p++] = (unsigned char)j;
    }
  pair_mlp_open(&o->fun, net, w, o->fun_memory);
  o->series = wants_series(net, batch->n * o->pairs, batch->nz == 1);
  if (o->series) pair_series_open(&o->fit);
}

/* All pairs as rows: for direct evaluation. */
static pair_mlp_rows all_pairs(const single_layer *o) {
  const size_t count = o->batch->n * o->pairs;
  if (o->batch->nz == 1) return (pair_mlp_rows){count, 1, o->d2, o->batch->z};
  for (size_t i = 0; i < count; i++) o->z[i] = o->batch->z[i / o->pairs];
  return (pair_mlp_rows){count, count, o->d2, o->z};
}

static pair_series_batch for_series(const single_layer *o) {
  return (pair_series_batch){o->batch->n, o->batch->nz, o->d2, o->batch->z};
}

static void evaluate(single_layer *o, bool slope) {
  measure_pairs(o);
  if (o->series) {
    const pair_series_batch batch = for_series(o);
    pair_series_forward(&o->fit, &o->fun, &batch, o->s, slope ? o->slope : NULL);
  } else {
    const pair_mlp_rows rows = all_pairs(o);
    pair_mlp_evaluate(&o->fun, &rows, o->tape, o->s, slope ? o->slope : NULL);
  }
}

static float share(const single_layer *o) {
  return 1.0f / (float)(o->domain->particles - 1);
}

static void move(const single_layer *o, float *v) {
  const size_t space = o->domain->space, d = o->domain->d;
  memset(v, 0, o->batch->n * d * sizeof *v);
  for (size_t b = 0; b < o->batch->n; b++)
    for (size_t p = 0; p < o->pairs; p++) {
      const size_t at = b * o->pairs + p;
      float *vi = v + b * d + o->i[p] * space;
      float *vj = v + b * d + o->j[p] * space;
      for (size_t k = 0; k < space; k++) {
        const float push = share(o) * o->s[at] * o->diff[at * space + k];
        vi[k] += push;
        vj[k] -= push;
      }
    }
}

void single_layer_forward(const egnn *net, const hifm_domain *domain, const float *w,
                          const hifm_batch *batch, float *v, void *memory) {
  single_layer o;
  open(&o, net, domain, w, batch, memory);
  evaluate(&o, false);
  move(&o, v);
}

/* div v = sum over unordered pairs of 2/(N-1) (D s + 2 d2 ds/dd2) */
void single_layer_divergence(const egnn *net, const hifm_domain *domain, const float *w,
                             const hifm_batch *batch, float *v, float *divergence, void *memory) {
  single_layer o;
  open(&o, net, domain, w, batch, memory);
  evaluate(&o, true);
  move(&o, v);
  for (size_t b = 0; b < batch->n; b++) {
    double sum = 0;
    for (size_t p = b * o.pairs; p < b * o.pairs + o.pairs; p++)
      sum += (double)((float)domain->space * o.s[p] + 2 * o.d2[p] * o.slope[p]);
    divergence[b] = (float)(2 * (double)share(&o) * sum);
  }
}

/* ds per pair, from dv. */
static void pull(single_layer *o, const float *dv) {
  const size_t space = o->domain->space, d = o->domain->d;
  for (size_t b = 0; b < o->batch->n; b++) {
    for (size_t p = 0; p < o->pairs; p++) {
      const size_t at = b * o->pairs + p;
      const float *gi = dv + b * d + o->i[p] * space;
      const float *gj = dv + b * d + o->j[p] * space;
      float sum = 0;
      for (size_t k = 0; k < space; k++) sum += (gi[k] - gj[k]) * o->diff[at * space + k];
      o->ds[at] = share(o) * sum;
    }
  }
}

/* dx = through the difference vectors, and through d2 by the slopes. */
static void move_backward(const single_layer *o, const float *dv, float *dx) {
  const size_t space = o->domain->space, d = o->domain->d;
  memset(dx, 0, o->batch->n * d * sizeof *dx);
  for (size_t b = 0; b < o->batch->n; b++)
    for (size_t p = 0; p < o->pairs; p++) {
      const size_t at = b * o->pairs + p, row = b * d;
      const size_t i = row + o->i[p] * space, j = row + o->j[p] * space;
      for (size_t k = 0; k < space; k++) {
        const float along = 2 * o->ds[at] * o->slope[at] * o->diff[at * space + k];
        const float change = share(o) * o->s[at] * (dv[i + k] - dv[j + k]) + along;
        dx[i + k] += change;
        dx[j + k] -= change;
      }
    }
}

/* The slopes of a batch that the forward pass evaluated without. */
static void find_slopes(single_layer *o) {
  if (o->series) {
    pair_series_slopes(&o->fit, &o->fun, o->slope);
  } else {
    const pair_mlp_rows rows = all_pairs(o);
    pair_mlp_evaluate(&o->fun, &rows, o->tape, o->s, o->slope);
  }
}

void single_layer_backward(const egnn *net, const hifm_domain *domain, const float *w,
                           const hifm_batch *batch, const float *dv, float *dw, float *dx,
                           void *memory) {
  single_layer o;
  open(&o, net, domain, w, batch, memory);
  pull(&o, dv);
  if (dx) {
    find_slopes(&o);
    move_backward(&o, dv, dx);
  }
  if (!dw) return;
  if (o.series) {
    pair_series_backward(&o.fit, &o.fun, o.ds, dw);
  } else {
    /* One tile's tape is still there from the forward pass, unless slopes were asked for. */
    const pair_mlp_rows rows = all_pairs(&o);
    pair_mlp_backward(&o.fun, &rows, o.tape, o.ds, !dx && rows.count <= PAIR_MLP_TILE, dw);
  }
  pair_mlp_finish(&o.fun, dw);
}
