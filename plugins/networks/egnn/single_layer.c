#include "single_layer.h"

#include "formula.h"
#include "layers/workspace.h"
#include "pair_series.h"

#include <string.h>

/* The series pays from this many pairs on: with one z for all, and with a z for each point. */
enum { PAYS_ONE_Z = 256, PAYS_MANY_Z = 4096 };

static size_t pairs_of(const hifm_domain *domain) {
  return (size_t)domain->particles * (domain->particles - 1) / 2;
}

static bool wants_series(const egnn *net, size_t pairs, bool one_z) {
  if (net->evaluate == EGNN_AUTO) return pairs >= (one_z ? PAYS_ONE_Z : PAYS_MANY_Z);
  return net->evaluate == EGNN_SPECTRAL;
}

/* The places of all arrays for n points in `base` (NULL: only their size); returns bytes. */
static size_t place(single_layer *layer, const egnn *net, const hifm_domain *domain, size_t n,
                    void *base) {
  const size_t pairs = pairs_of(domain), all = n * pairs;
  workspace space = {base, 0};
  *layer = (single_layer){.net = net, .domain = domain, .pairs = pairs};
  if (net->evaluate != EGNN_DIRECT)
    pair_series_place(&layer->series, &space, net, n, pairs); /* first: its state is kept */
  layer->i = workspace_take(&space, pairs);
  layer->j = workspace_take(&space, pairs);
  layer->diff = workspace_floats(&space, all * domain->space);
  float **const per_pair[] = {&layer->d2, &layer->z, &layer->s, &layer->ds, &layer->slope};
  for (size_t k = 0; k < 5; k++) *per_pair[k] = workspace_floats(&space, all);
  layer->mlp_memory = workspace_floats(&space, pair_mlp_scratch(net));
  layer->tape = workspace_floats(&space, pair_mlp_tape(net));
  return space.used;
}

/* Direct evaluation keeps the tape of one tile; a series takes the whole batch. */
size_t single_layer_chunk(const egnn *net, const hifm_domain *domain, size_t n) {
  const size_t fit = PAIR_MLP_TILE / pairs_of(domain);
  if (wants_series(net, n * pairs_of(domain), false)) return n;
  return fit < 1 ? 1 : fit > n ? n : fit;
}

size_t single_layer_work(const egnn *net, const hifm_domain *domain, size_t n) {
  single_layer layer;
  return place(&layer, net, domain, n, NULL);
}

/* diff and d2 of all pairs. */
static void measure_pairs(single_layer *layer) {
  const size_t space = layer->domain->space, d = layer->domain->d;
  for (size_t b = 0; b < layer->batch->n; b++) {
    const float *x = layer->batch->x + b * d;
    float *d2 = layer->d2 + b * layer->pairs, *diff = layer->diff + b * layer->pairs * space;
    for (size_t p = 0; p < layer->pairs; p++) {
      const float *xi = x + layer->i[p] * space;
      const float *xj = x + layer->j[p] * space;
      d2[p] = 0;
      for (size_t k = 0; k < space; k++) {
        diff[p * space + k] = xi[k] - xj[k];
        d2[p] += diff[p * space + k] * diff[p * space + k];
      }
    }
  }
}

static void open(single_layer *layer, const egnn *net, const hifm_domain *domain, const float *w,
                 const hifm_batch *batch, void *memory) {
  place(layer, net, domain, batch->n, memory);
  layer->batch = batch;
  size_t p = 0;
  for (unsigned i = 0; i < domain->particles; i++)
    for (unsigned j = i + 1; j < domain->particles; j++) {
      layer->i[p] = (unsigned char)i;
      layer->j[p++] = (unsigned char)j;
    }
  pair_mlp_open(&layer->mlp, net, w, layer->mlp_memory);
  layer->by_series = wants_series(net, batch->n * layer->pairs, batch->nz == 1);
  if (layer->by_series) pair_series_open(&layer->series);
}

/* All pairs as rows, for direct evaluation. */
static pair_mlp_rows all_pairs(const single_layer *layer) {
  const size_t count = layer->batch->n * layer->pairs;
  if (layer->batch->nz == 1) return (pair_mlp_rows){count, 1, layer->d2, layer->batch->z};
  for (size_t i = 0; i < count; i++) layer->z[i] = layer->batch->z[i / layer->pairs];
  return (pair_mlp_rows){count, count, layer->d2, layer->z};
}

static pair_series_batch series_batch(const single_layer *layer) {
  return (pair_series_batch){layer->batch->n, layer->batch->nz, layer->d2, layer->batch->z};
}

/* s of all pairs, and ds/dd2 where `slope`. */
static void evaluate(single_layer *layer, bool slope) {
  measure_pairs(layer);
  if (layer->by_series) {
    const pair_series_batch batch = series_batch(layer);
    pair_series_forward(&layer->series, &layer->mlp, &batch, layer->s, slope ? layer->slope : NULL);
  } else {
    const pair_mlp_rows rows = all_pairs(layer);
    pair_mlp_evaluate(&layer->mlp, &rows, layer->tape, layer->s, slope ? layer->slope : NULL);
  }
}

/* c */
static float share(const single_layer *layer) {
  return egnn_share(layer->net, layer->domain);
}

/* q s of pair `at`, and its derivative by d2. */
static float pull(const single_layer *layer, size_t at) {
  return layer->s[at] * egnn_normaliser(layer->net, layer->d2[at]);
}

static float pull_slope(const single_layer *layer, size_t at) {
  const float d2 = layer->d2[at];
  return layer->slope[at] * egnn_normaliser(layer->net, d2) +
         layer->s[at] * egnn_normaliser_slope(layer->net, d2);
}

/* v_i = c sum_j diff_ij q_ij s_ij, each pair once: v has zero mean to rounding. */
static void move(const single_layer *layer, float *v) {
  const size_t space = layer->domain->space, d = layer->domain->d;
  memset(v, 0, layer->batch->n * d * sizeof *v);
  for (size_t b = 0; b < layer->batch->n; b++)
    for (size_t p = 0; p < layer->pairs; p++) {
      const size_t at = b * layer->pairs + p;
      float *vi = v + b * d + layer->i[p] * space;
      float *vj = v + b * d + layer->j[p] * space;
      for (size_t k = 0; k < space; k++) {
        const float push = share(layer) * pull(layer, at) * layer->diff[at * space + k];
        vi[k] += push;
        vj[k] -= push;
      }
    }
}

void single_layer_forward(const egnn *net, const hifm_domain *domain, const float *w,
                          const hifm_batch *batch, float *v, void *memory) {
  single_layer layer;
  open(&layer, net, domain, w, batch, memory);
  evaluate(&layer, false);
  move(&layer, v);
}

/* div v = sum over unordered pairs of 2 c (D q s + 2 d2 d(q s)/dd2) */
void single_layer_divergence(const egnn *net, const hifm_domain *domain, const float *w,
                             const hifm_batch *batch, float *v, float *divergence, void *memory) {
  single_layer layer;
  open(&layer, net, domain, w, batch, memory);
  evaluate(&layer, true);
  move(&layer, v);
  for (size_t b = 0; b < batch->n; b++) {
    double sum = 0;
    for (size_t p = b * layer.pairs; p < b * layer.pairs + layer.pairs; p++)
      sum += (double)((float)domain->space * pull(&layer, p) +
                      2 * layer.d2[p] * pull_slope(&layer, p));
    divergence[b] = (float)(2 * (double)share(&layer) * sum);
  }
}

/* ds of each pair, from dv. */
static void s_gradients(single_layer *layer, const float *dv) {
  const size_t space = layer->domain->space, d = layer->domain->d;
  for (size_t b = 0; b < layer->batch->n; b++) {
    for (size_t p = 0; p < layer->pairs; p++) {
      const size_t at = b * layer->pairs + p;
      const float *gi = dv + b * d + layer->i[p] * space;
      const float *gj = dv + b * d + layer->j[p] * space;
      float sum = 0;
      for (size_t k = 0; k < space; k++) sum += (gi[k] - gj[k]) * layer->diff[at * space + k];
      layer->ds[at] = share(layer) * sum * egnn_normaliser(layer->net, layer->d2[at]);
    }
  }
}

/* dx, through the difference vectors and, by the slopes, through d2. */
static void move_backward(const single_layer *layer, const float *dv, float *dx) {
  const size_t space = layer->domain->space, d = layer->domain->d;
  memset(dx, 0, layer->batch->n * d * sizeof *dx);
  for (size_t b = 0; b < layer->batch->n; b++)
    for (size_t p = 0; p < layer->pairs; p++) {
      const size_t at = b * layer->pairs + p, row = b * d;
      const size_t i = row + layer->i[p] * space, j = row + layer->j[p] * space;
      const float bend = egnn_normaliser_slope(layer->net, layer->d2[at]) /
                         egnn_normaliser(layer->net, layer->d2[at]); /* ds has q */
      const float dd2 = layer->ds[at] * (layer->slope[at] + layer->s[at] * bend);
      for (size_t k = 0; k < space; k++) {
        const float along = 2 * dd2 * layer->diff[at * space + k];
        const float change = share(layer) * pull(layer, at) * (dv[i + k] - dv[j + k]) + along;
        dx[i + k] += change;
        dx[j + k] -= change;
      }
    }
}

/* The slopes of a batch whose forward pass left them out. */
static void find_slopes(single_layer *layer) {
  if (layer->by_series) {
    pair_series_slopes(&layer->series, &layer->mlp, layer->slope);
  } else {
    const pair_mlp_rows rows = all_pairs(layer);
    pair_mlp_evaluate(&layer->mlp, &rows, layer->tape, layer->s, layer->slope);
  }
}

void single_layer_backward(const egnn *net, const hifm_domain *domain, const float *w,
                           const hifm_batch *batch, const float *dv, float *dw, float *dx,
                           void *memory) {
  single_layer layer;
  open(&layer, net, domain, w, batch, memory);
  s_gradients(&layer, dv);
  if (dx) {
    find_slopes(&layer);
    move_backward(&layer, dv, dx);
  }
  if (!dw) return;
  if (layer.by_series) {
    pair_series_backward(&layer.series, &layer.mlp, layer.ds, dw);
  } else {
    /* One tile's tape is still there from the forward pass, unless slopes were asked for. */
    const pair_mlp_rows rows = all_pairs(&layer);
    pair_mlp_backward(&layer.mlp, &rows, layer.tape, layer.ds, !dx && rows.count <= PAIR_MLP_TILE,
                      dw);
  }
  pair_mlp_finish(&layer.mlp, dw);
}
