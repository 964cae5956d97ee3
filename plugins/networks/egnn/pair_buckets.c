#include "pair_buckets.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

/* The pairs of one z may be in this many boxes; those in further ones belong to no bucket. It
 * bounds the memory of segments. */
enum { BOXES_PER_Z = 40 };

/* Segments whose series are contracted in z by one matrix product. */
enum { CHUNK = 64 };

static const uint32_t NO_PAIR = UINT32_MAX;

static size_t most_segments(size_t n, size_t pairs) {
  return n * (pairs < BOXES_PER_Z ? pairs : BOXES_PER_Z);
}

void pair_buckets_place(pair_buckets *s, workspace *space, size_t n, size_t pairs) {
  const size_t most = most_segments(n, pairs), slots = n * pairs + most * CHEBYSHEV_LANES;
  s->pairs = pairs;
  s->bucket = workspace_take(space, BOXES_MOST * sizeof *s->bucket);
  s->index = workspace_take(space, (size_t)BOXES_U * BOXES_Z + 1);
  s->member = workspace_take(space, n * pairs);
  s->u = workspace_floats(space, n * pairs);
  s->segment = workspace_take(space, most * sizeof *s->segment);
  s->pair = workspace_take(space, slots * sizeof *s->pair);
  s->t = workspace_floats(space, slots);
  s->value = workspace_floats(space, slots);
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
    if (g->touched == BOXES_PER_Z) return false;
    g->list[g->touched++] = (unsigned char)k;
  }
  g->count[k]++;
  return true;
}

static uint32_t blocks_of(uint32_t count) {
  return (count + CHEBYSHEV_LANES - 1) / CHEBYSHEV_LANES;
}

/* Finds the box of each pair, and the extent and counts of each bucket. The pairs of one z are
 * those of one point, or all with nz = 1. first_slot counts the slots of the bucket for now. */
static void fill_counts(pair_buckets *s, size_t n, size_t nz, const float *d2, const float *z) {
  group g = {0};
  for (size_t i = 0; i < n * s->pairs; i++) s->u[i] = log1pf(d2[i]);
  for (size_t b = 0; b < n; b++) {
    const float z_here = z[nz == 1 ? 0 : b];
    for (size_t i = b * s->pairs; i < (b + 1) * s->pairs; i++) {
      const size_t k = s->index[boxes_cell(s->u[i], z_here)];
      s->member[i] = BOXES_NONE;
      if (k == BOXES_NONE || !group_add(&g, k)) continue;
      s->member[i] = (unsigned char)k;
      bucket *part = &s->bucket[k];
      part->extent.u_low = fminf(part->extent.u_low, s->u[i]);
      part->extent.u_high = fmaxf(part->extent.u_high, s->u[i]);
      part->weight += (double)d2[i];
    }
    if (nz == 1 && b + 1 < n) continue; /* the group goes on */
    for (size_t k = 0; k < g.touched; k++) {
      bucket *part = &s->bucket[g.list[k]];
      part->extent.z_low = fminf(part->extent.z_low, z_here);
      part->extent.z_high = fmaxf(part->extent.z_high, z_here);
      part->pairs += g.count[g.list[k]];
      part->first_slot += (size_t)blocks_of(g.count[g.list[k]]) * CHEBYSHEV_LANES;
      part->segments++;
    }
    group_clear(&g);
  }
}

/* From counts to the first segment and slot of each bucket. */
static void place_buckets(pair_buckets *s) {
  size_t first = 0, slot = 0;
  for (size_t k = 0; k < BOXES_MOST; k++) {
    const size_t slots = s->bucket[k].first_slot;
    s->bucket[k].first_segment = first;
    s->bucket[k].first_slot = slot;
    first += s->bucket[k].segments;
    slot += slots;
  }
}

/* Ends a segment of `count` pairs: fills its last block with slots without a pair. */
static void close_segment(pair_buckets *s, segment *at, uint32_t count, float z) {
  at->z = z;
  at->blocks = blocks_of(count);
  for (uint32_t k = count; k < at->blocks * CHEBYSHEV_LANES; k++) {
    s->pair[at->slot + k] = NO_PAIR;
    s->t[at->slot + k] = 0;
  }
}

/* Gives each pair its slot, in the order of the batch; a bucket has one open segment at a time. */
static void fill_segments(pair_buckets *s, size_t n, size_t nz, const float *z) {
  segment *next[BOXES_MOST]; /* the open segment of each bucket */
  group g = {0};
  for (size_t k = 0; k < BOXES_MOST; k++) {
    next[k] = s->segment + s->bucket[k].first_segment;
    if (s->bucket[k].segments) next[k]->slot = (uint32_t)s->bucket[k].first_slot;
  }
  for (size_t b = 0; b < n; b++) {
    for (size_t i = b * s->pairs; i < (b + 1) * s->pairs; i++) {
      const size_t k = s->member[i];
      if (k == BOXES_NONE) continue;
      group_add(&g, k);
      const size_t slot = next[k]->slot + g.count[k] - 1;
      s->pair[slot] = (uint32_t)i;
      s->t[slot] = box_series_map(s->u[i], s->bucket[k].extent.u_low, s->bucket[k].extent.u_high);
    }
    if (nz == 1 && b + 1 < n) continue;
    for (size_t j = 0; j < g.touched; j++) {
      const size_t k = g.list[j];
      close_segment(s, next[k], g.count[k], z[nz == 1 ? 0 : b]);
      const uint32_t end = next[k]->slot + next[k]->blocks * CHEBYSHEV_LANES;
      next[k]++;
      if (next[k] < s->segment + s->bucket[k].first_segment + s->bucket[k].segments)
        next[k]->slot = end;
    }
    group_clear(&g);
  }
}

void pair_buckets_sort(pair_buckets *s, const boxes *all, size_t n, size_t nz, const float *d2,
                       const float *z) {
  boxes_index(all, s->index);
  s->index[BOXES_U * BOXES_Z] = BOXES_NONE; /* what boxes_cell gives for no cell */
  for (size_t k = 0; k < BOXES_MOST; k++)
    s->bucket[k] = (bucket){.extent = {INFINITY, 0, INFINITY, 0}};
  fill_counts(s, n, nz, d2, z);
  place_buckets(s);
  fill_segments(s, n, nz, z);
}

/* tz [count, nz]: T_0, T_1, ... at the z of some segments of box k. */
static void values_in_z(const pair_buckets *s, const box *b, size_t k, const segment *at,
                        size_t count, float *tz) {
  const box_extent *e = &s->bucket[k].extent;
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
  const bucket *part = &s->bucket[k];
  const int nu = b->nu, nz = b->nz;
  for (size_t done = 0; done < part->segments; done += CHUNK) {
    const size_t count = chunk_at(part, done);
    const segment *at = s->segment + part->first_segment + done;
    values_in_z(s, b, k, at, count, tz);
    /* a [count, nu] = tz c: a series in u for each segment */
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, nu, nz, 1, tz, nz, c, nu, 0,
                a, nu);
    for (size_t j = 0; j < count; j++) {
      const size_t slot = at[j].slot;
      chebyshev_sum(b->nu, a + j * b->nu, at[j].blocks, s->t + slot, s->value + slot);
      for (size_t i = slot; i < slot + at[j].blocks * CHEBYSHEV_LANES; i++)
        if (s->pair[i] != NO_PAIR) values[s->pair[i]] = s->value[i];
    }
  }
}

void pair_buckets_spread(const pair_buckets *s, const box *b, size_t k, const float *dvalues,
                         float *dc) {
  float tz[CHUNK * BOXES_NODES], da[CHUNK * BOXES_NODES];
  const bucket *part = &s->bucket[k];
  const int nu = b->nu, nz = b->nz;
  memset(dc, 0, (size_t)b->nu * b->nz * sizeof *dc);
  for (size_t done = 0; done < part->segments; done += CHUNK) {
    const size_t count = chunk_at(part, done);
    const segment *at = s->segment + part->first_segment + done;
    values_in_z(s, b, k, at, count, tz);
    for (size_t j = 0; j < count; j++) {
      const size_t slot = at[j].slot;
      for (size_t i = slot; i < slot + at[j].blocks * CHEBYSHEV_LANES; i++)
        s->value[i] = s->pair[i] != NO_PAIR ? dvalues[s->pair[i]] : 0;
      chebyshev_spread(b->nu, at[j].blocks, s->t + slot, s->value + slot, da + j * b->nu);
    }
    /* dc [nz, nu] += tz' da */
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, nz, nu, (int)count, 1, tz, nz, da, nu, 1,
                dc, nu);
  }
}
