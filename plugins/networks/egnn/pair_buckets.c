#include "pair_buckets.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

/* Boxes that one z may touch; the pairs of any more are left to direct evaluation. */
enum { TOUCHED_MOST = 40, CHUNK = 64 };

static const uint32_t nobody = UINT32_MAX;

static size_t most_segments(size_t n, size_t pairs) {
  return n * (pairs < TOUCHED_MOST ? pairs : TOUCHED_MOST);
}

void pair_buckets_carve(pair_buckets *s, workspace *c, size_t n, size_t pairs) {
  const size_t most = most_segments(n, pairs), slots = n * pairs + most * CHEBYSHEV_LANES;
  s->pairs = pairs;
  s->box = workspace_take(c, BOXES_MOST * sizeof *s->box);
  s->index = workspace_take(c, (size_t)BOXES_U * BOXES_Z + 1);
  s->member = workspace_take(c, n * pairs);
  s->u = workspace_floats(c, n * pairs);
  s->segment = workspace_take(c, most * sizeof *s->segment);
  s->pair = workspace_take(c, slots * sizeof *s->pair);
  s->t = workspace_floats(c, slots);
  s->value = workspace_floats(c, slots);
}

/* The pairs that share one z: which boxes they touch, and how many are in each. */
typedef struct group {
  size_t touched;
  unsigned char list[BOXES_MOST];
  uint32_t count[BOXES_MOST];
} group;

static void group_clear(group *g) {
  for (size_t k = 0; k < g->touched; k++) g->count[g->list[k]] = 0;
  g->touched = 0;
}

/* False when the group touches too many boxes already. */
static bool group_add(group *g, size_t k) {
  if (g->count[k] == 0) {
    if (g->touched == TOUCHED_MOST) return false;
    g->list[g->touched++] = (unsigned char)k;
  }
  g->count[k]++;
  return true;
}

static uint32_t blocks_of(uint32_t count) {
  return (count + CHEBYSHEV_LANES - 1) / CHEBYSHEV_LANES;
}

/* Finds the box of each pair; box->first_slot counts slots for now. */
static void find_boxes(pair_buckets *s, size_t n, size_t nz, const float *d2, const float *z) {
  group g = {0};
  for (size_t i = 0; i < n * s->pairs; i++) s->u[i] = log1pf(d2[i]);
  for (size_t b = 0; b < n; b++) {
    const float here = z[nz == 1 ? 0 : b];
    for (size_t i = b * s->pairs; i < (b + 1) * s->pairs; i++) {
      const size_t k = s->index[boxes_cell(s->u[i], here)];
      s->member[i] = BOXES_NONE;
      if (k == BOXES_NONE || !group_add(&g, k)) continue;
      s->member[i] = (unsigned char)k;
      bucket *part = &s->box[k];
      part->at.u_low = fminf(part->at.u_low, s->u[i]);
      part->at.u_high = fmaxf(part->at.u_high, s->u[i]);
      part->weight += (double)d2[i];
    }
    if (nz == 1 && b + 1 < n) continue;
    for (size_t k = 0; k < g.touched; k++) {
      bucket *part = &s->box[g.list[k]];
      part->at.z_low = fminf(part->at.z_low, here);
      part->at.z_high = fmaxf(part->at.z_high, here);
      part->pairs += g.count[g.list[k]];
      part->first_slot += (size_t)blocks_of(g.count[g.list[k]]) * CHEBYSHEV_LANES;
      part->segments++;
    }
    group_clear(&g);
  }
}

/* From counts to places. */
static void place_boxes(pair_buckets *s) {
  size_t first = 0, slot = 0;
  for (size_t k = 0; k < BOXES_MOST; k++) {
    const size_t slots = s->box[k].first_slot;
    s->box[k].first = first;
    s->box[k].first_slot = slot;
    first += s->box[k].segments;
    slot += slots;
  }
}

/* Ends a segment: fills its last block. */
static void close_segment(pair_buckets *s, segment *at, uint32_t count, float z) {
  at->z = z;
  at->blocks = blocks_of(count);
  for (uint32_t k = count; k < at->blocks * CHEBYSHEV_LANES; k++) {
    s->pair[at->slot + k] = nobody;
    s->t[at->slot + k] = 0;
  }
}

static void fill_segments(pair_buckets *s, size_t n, size_t nz, const float *z) {
  segment *next[BOXES_MOST]; /* the open segment of each box */
  group g = {0};
  for (size_t k = 0; k < BOXES_MOST; k++) {
    next[k] = s->segment + s->box[k].first;
    if (s->box[k].segments) next[k]->slot = (uint32_t)s->box[k].first_slot;
  }
  for (size_t b = 0; b < n; b++) {
    for (size_t i = b * s->pairs; i < (b + 1) * s->pairs; i++) {
      const size_t k = s->member[i];
      if (k == BOXES_NONE) continue;
      group_add(&g, k);
      const size_t slot = next[k]->slot + g.count[k] - 1;
      s->pair[slot] = (uint32_t)i;
      s->t[slot] = box_series_map(s->u[i], s->box[k].at.u_low, s->box[k].at.u_high);
    }
    if (nz == 1 && b + 1 < n) continue;
    for (size_t j = 0; j < g.touched; j++) {
      const size_t k = g.list[j];
      close_segment(s, next[k], g.count[k], z[nz == 1 ? 0 : b]);
      const uint32_t end = next[k]->slot + next[k]->blocks * CHEBYSHEV_LANES;
      next[k]++;
      if (next[k] < s->segment + s->box[k].first + s->box[k].segments) next[k]->slot = end;
    }
    group_clear(&g);
  }
}

void pair_buckets_sort(pair_buckets *s, const boxes *all, size_t n, size_t nz, const float *d2,
                       const float *z) {
  boxes_index(all, s->index);
  s->index[BOXES_U * BOXES_Z] = BOXES_NONE;
  for (size_t k = 0; k < BOXES_MOST; k++) s->box[k] = (bucket){.at = {INFINITY, 0, INFINITY, 0}};
  find_boxes(s, n, nz, d2, z);
  place_boxes(s);
  fill_segments(s, n, nz, z);
}

/* T_0 ... of the z of some segments: [count, nz]. */
static void values_in_z(const pair_buckets *s, const box *b, size_t k, const segment *at,
                        size_t count, float *tz) {
  const box_extent *e = &s->box[k].at;
  float t[CHUNK];
  for (size_t j = 0; j < count; j++) t[j] = box_series_map(at[j].z, e->z_low, e->z_high);
  chebyshev_values(b->nz, count, t, tz);
}

static size_t chunk_at(const bucket *part, size_t done) {
  return part->segments - done < CHUNK ? part->segments - done : CHUNK;
}

void pair_buckets_sum(const pair_buckets *s, const box *b, size_t k, const float *c,
                      float *values) {
  float tz[CHUNK * BOXES_NODES], a[CHUNK * BOXES_NODES];
  const bucket *part = &s->box[k];
  const int nu = b->nu, nz = b->nz;
  for (size_t done = 0; done < part->segments; done += CHUNK) {
    const size_t count = chunk_at(part, done);
    const segment *at = s->segment + part->first + done;
    values_in_z(s, b, k, at, count, tz);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, nu, nz, 1, tz, nz, c, nu, 0,
                a, nu);
    for (size_t j = 0; j < count; j++) {
      const size_t slot = at[j].slot;
      chebyshev_sum(b->nu, a + j * b->nu, at[j].blocks, s->t + slot, s->value + slot);
      for (size_t i = slot; i < slot + at[j].blocks * CHEBYSHEV_LANES; i++)
        if (s->pair[i] != nobody) values[s->pair[i]] = s->value[i];
    }
  }
}

void pair_buckets_spread(const pair_buckets *s, const box *b, size_t k, const float *dvalues,
                         float *dc) {
  float tz[CHUNK * BOXES_NODES], da[CHUNK * BOXES_NODES];
  const bucket *part = &s->box[k];
  const int nu = b->nu, nz = b->nz;
  memset(dc, 0, (size_t)b->nu * b->nz * sizeof *dc);
  for (size_t done = 0; done < part->segments; done += CHUNK) {
    const size_t count = chunk_at(part, done);
    const segment *at = s->segment + part->first + done;
    values_in_z(s, b, k, at, count, tz);
    for (size_t j = 0; j < count; j++) {
      const size_t slot = at[j].slot;
      for (size_t i = slot; i < slot + at[j].blocks * CHEBYSHEV_LANES; i++)
        s->value[i] = s->pair[i] != nobody ? dvalues[s->pair[i]] : 0;
      chebyshev_spread(b->nu, at[j].blocks, s->t + slot, s->value + slot, da + j * b->nu);
    }
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, nz, nu, (int)count, 1, tz, nz, da, nu, 1,
                dc, nu);
  }
}
