#include "pair_series.h"

#include "hifm/rng.h"

#include <math.h>
#include <string.h>

/* Tiles whose tape stays for the backward pass; further ones are evaluated again there. */
enum { KEPT_TILES = 12288 / PAIR_MLP_TILE };

/* One z: how often the boxes may change before pairs without a converged series are evaluated one
 * by one. */
enum { PASSES = 8 };

/* Every so many training batches, so many pairs are compared with the MLP. */
enum { CHECK_EVERY = 64, CHECKED = 32 };

/* A batch with a checked pair that is off by more than this is evaluated pair by pair. */
static const double CHECK_LIMIT = 1e-4;

/* The bound of a box's last coefficients: TOLERANCE times the root mean square of s, more in a box
 * of little weight, and never below the rounding of its largest coefficient. */
static const double TOLERANCE = 2e-6, WEIGHT_POWER = 0.25, ROUNDING = 4e-7;

/* Above its bound a box gets more nodes for the next batch; above this many bounds its series is
 * not used in this one. */
static const float MISS = 4;

void pair_series_place(pair_series *f, workspace *space, const egnn *net, size_t n, size_t pairs) {
  const size_t room = 2 * n * pairs; /* nodes, fewer than pairs; then pairs */
  f->state = workspace_take(space, sizeof *f->state);
  f->frame = workspace_take(space, sizeof *f->frame);
  f->table_memory = workspace_floats(space, box_series_floats()); /* at one place for every n */
  pair_buckets_place(&f->buckets, space, n, pairs);
  float **const per_row[] = {&f->d2, &f->z, &f->s, &f->ds, &f->slope, &f->c};
  for (size_t k = 0; k < 6; k++) *per_row[k] = workspace_floats(space, room);
  f->pair = workspace_take(space, room * sizeof *f->pair);
  f->tapes = workspace_floats(space, KEPT_TILES * pair_mlp_tape(net));
  f->tape = workspace_floats(space, pair_mlp_tape(net));
}

void pair_series_open(pair_series *f) {
  box_series_open(&f->tables, f->table_memory);
}

static size_t tile_count(const pair_series *f) {
  return (f->frame->rows + PAIR_MLP_TILE - 1) / PAIR_MLP_TILE;
}

static bool is_kept(size_t tile) {
  return tile < KEPT_TILES;
}

static float *tape_of(const pair_series *f, const pair_mlp *mlp, size_t tile) {
  return is_kept(tile) ? f->tapes + tile * pair_mlp_tape(mlp->net) : f->tape;
}

static pair_mlp_rows rows_of(const pair_series *f, size_t tile) {
  const size_t first = tile * PAIR_MLP_TILE, left = f->frame->rows - first;
  const pair_mlp_rows all = {f->frame->rows, f->frame->rows, f->d2, f->z};
  return pair_mlp_part(&all, first, left < PAIR_MLP_TILE ? left : PAIR_MLP_TILE);
}

static void evaluate_tile(pair_series *f, const pair_mlp *mlp, size_t tile) {
  const pair_mlp_rows rows = rows_of(f, tile);
  pair_mlp_tile(mlp, &rows, tape_of(f, mlp, tile), f->s + tile * PAIR_MLP_TILE);
}

/* One more row: pair i, which has no series. */
static void add_pair(pair_series *f, const pair_series_batch *batch, size_t i) {
  const size_t row = f->frame->rows++;
  f->d2[row] = batch->d2[i];
  f->z[row] = batch->z[batch->nz == 1 ? 0 : i / f->buckets.pairs];
  f->pair[row] = (uint32_t)i;
}

/* The rows of the nodes; says which boxes have a series. */
static void add_nodes(pair_series *f) {
  pair_series_frame *frame = f->frame;
  frame->rows = 0;
  for (size_t k = 0; k < frame->boxes.count; k++) {
    const box *b = &frame->boxes.box[k];
    const bucket *part = &f->buckets.bucket[k];
    const size_t nodes = (size_t)b->nu * b->nz;
    frame->used[k] = !b->direct && nodes < part->pairs;
    frame->first[k] = frame->rows;
    if (!frame->used[k]) continue;
    box_series_nodes(&f->tables, b, &part->extent, f->d2 + frame->rows, f->z + frame->rows);
    frame->rows += nodes;
  }
  frame->nodes = frame->rows;
}

/* The rows of the pairs outside of all boxes, or in boxes without a series. */
static void add_pairs(pair_series *f, const pair_series_batch *batch) {
  for (size_t i = 0; i < batch->n * f->buckets.pairs; i++) {
    const size_t k = f->buckets.member[i];
    if (k == BOXES_NONE || !f->frame->used[k]) add_pair(f, batch, i);
  }
}

static void scatter_rows(const pair_series *f, const float *values, size_t from, float *out) {
  for (size_t row = from; row < f->frame->rows; row++) out[f->pair[row]] = values[row];
}

/* From values at the rows to values at the pairs. */
static void sum_boxes(pair_series *f, const float *values, float *out) {
  const pair_series_frame *frame = f->frame;
  for (size_t k = 0; k < frame->boxes.count; k++) {
    if (!frame->used[k]) continue;
    const box *b = &frame->boxes.box[k];
    float *c = f->c + frame->first[k];
    box_series_coefficients(&f->tables, b, values + frame->first[k], c);
    pair_buckets_sum(&f->buckets, b, k, c, out);
  }
  scatter_rows(f, values, frame->nodes, out);
}

typedef struct moments {
  double weight, square; /* sums of d2 and of d2 s^2 */
} moments;

/* Weighted by d2, as a pair moves its particles by (x_i - x_j) s. */
static moments measure(const pair_series *f, const pair_series_batch *batch, const float *s) {
  moments m = {0, 0};
  for (size_t i = 0; i < batch->n * f->buckets.pairs; i++) {
    m.weight += (double)batch->d2[i];
    m.square += (double)(batch->d2[i] * s[i] * s[i]);
  }
  return m;
}

static void find_tails(const pair_series *f, const moments *m, box_tails *tails) {
  const double size = sqrt(m->square / m->weight);
  for (size_t k = 0; k < f->frame->boxes.count; k++) {
    tails[k] = (box_tails){0};
    if (!f->frame->used[k]) continue;
    float largest;
    tails[k] = box_series_tails(&f->frame->boxes.box[k], f->c + f->frame->first[k], &largest);
    const double share = m->weight / f->buckets.bucket[k].weight;
    tails[k].bound =
        (float)fmax(TOLERANCE * size * pow(share, WEIGHT_POWER), ROUNDING * (double)largest);
  }
}

static bool is_missed(const box_tails *t) {
  return t->bound > 0 && !(t->u <= MISS * t->bound && t->z <= MISS * t->bound);
}

/* Evaluates the pairs of boxes whose series has not converged, as further rows; returns how many
 * boxes. */
static size_t reevaluate(pair_series *f, const pair_mlp *mlp, const pair_series_batch *batch,
                         const box_tails *tails, float *s) {
  size_t missed = 0, before = f->frame->rows;
  bool again[BOXES_MOST] = {false};
  for (size_t k = 0; k < f->frame->boxes.count; k++) {
    again[k] = f->frame->used[k] && is_missed(&tails[k]);
    missed += again[k];
    if (again[k]) f->frame->used[k] = false;
  }
  if (missed == 0) return 0;
  for (size_t i = 0; i < batch->n * f->buckets.pairs; i++)
    if (f->buckets.member[i] != BOXES_NONE && again[f->buckets.member[i]]) add_pair(f, batch, i);
  for (size_t tile = before / PAIR_MLP_TILE; tile < tile_count(f); tile++)
    evaluate_tile(f, mlp, tile); /* the first may have had rows before */
  scatter_rows(f, f->s, before, s);
  return missed;
}

/* s by the boxes of the frame; the tails of those with a series. */
static void evaluate(pair_series *f, const pair_mlp *mlp, const pair_series_batch *batch, float *s,
                     box_tails *tails) {
  pair_buckets_sort(&f->buckets, &f->frame->boxes, batch->n, batch->nz, batch->d2, batch->z);
  add_nodes(f);
  add_pairs(f, batch);
  for (size_t tile = 0; tile < tile_count(f); tile++) evaluate_tile(f, mlp, tile);
  sum_boxes(f, f->s, s);
  const moments m = measure(f, batch, s);
  find_tails(f, &m, tails);
}

/* The largest error at a few random pairs, relative to the largest |s| of them. */
static double spot_check(const pair_series *f, const pair_mlp *mlp, const pair_series_batch *batch,
                         const float *s) {
  float d2[CHECKED], z[CHECKED], direct[CHECKED];
  size_t at[CHECKED];
  double error = 0, size = 0;
  for (uint32_t k = 0; k < CHECKED; k++) {
    const hifm_stream stream = {0, HIFM_RNG_CHECK};
    at[k] = hifm_below(stream, f->state->calls, k, batch->n * f->buckets.pairs);
    d2[k] = batch->d2[at[k]];
    z[k] = batch->z[at[k] / f->buckets.pairs];
  }
  const pair_mlp_rows rows = {CHECKED, CHECKED, d2, z};
  pair_mlp_tile(mlp, &rows, f->tape, direct);
  for (size_t k = 0; k < CHECKED; k++) {
    error = fmax(error, fabs((double)direct[k] - (double)s[at[k]]));
    size = fmax(size, fabs((double)direct[k]));
  }
  return size > 0 ? error / size : error;
}

/* From the boxes at the start, until all series have converged: no state is read or changed. */
static void forward_one_z(pair_series *f, const pair_mlp *mlp, const pair_series_batch *batch,
                          float *s) {
  box_tails tails[BOXES_MOST];
  boxes_begin(&f->frame->boxes, true);
  for (int pass = 0;; pass++) {
    evaluate(f, mlp, batch, s, tails);
    bool missed = false;
    for (size_t k = 0; k < f->frame->boxes.count; k++) missed |= is_missed(&tails[k]);
    if (!missed || pass == PASSES || !boxes_adapt(&f->frame->boxes, tails)) break;
  }
  reevaluate(f, mlp, batch, tails, s);
}

/* A batch that fails the check is evaluated pair by pair. */
static void check_batch(pair_series *f, const pair_mlp *mlp, const pair_series_batch *batch,
                        box_tails *tails, float *s) {
  const double error = spot_check(f, mlp, batch, s);
  f->state->error = fmax(f->state->error, error);
  if (error <= CHECK_LIMIT) return;
  for (size_t k = 0; k < f->frame->boxes.count; k++) tails[k].u = INFINITY; /* none has converged */
  f->state->missed += reevaluate(f, mlp, batch, tails, s);
}

/* By the boxes that the last batch left; the tails of this one adapt them for the next. */
static void forward_training(pair_series *f, const pair_mlp *mlp, const pair_series_batch *batch,
                             float *s) {
  pair_series_state *state = f->state;
  box_tails tails[BOXES_MOST];
  if (state->boxes.count == 0) boxes_begin(&state->boxes, false);
  const bool check_now = state->calls % CHECK_EVERY == 0;
  if (check_now) boxes_join(&state->boxes);
  f->frame->boxes = state->boxes; /* the backward pass needs them as they are now */
  evaluate(f, mlp, batch, s, tails);
  state->missed += reevaluate(f, mlp, batch, tails, s);
  boxes_adapt(&state->boxes, tails);
  if (check_now) check_batch(f, mlp, batch, tails, s);
  state->rows = f->frame->rows;
  state->direct = f->frame->rows - f->frame->nodes;
  state->calls++;
}

void pair_series_forward(pair_series *f, const pair_mlp *mlp, const pair_series_batch *batch,
                         float *s, float *slope) {
  (batch->nz == 1 ? forward_one_z : forward_training)(f, mlp, batch, s);
  if (slope) pair_series_slopes(f, mlp, slope);
}

void pair_series_slopes(pair_series *f, const pair_mlp *mlp, float *slope) {
  for (size_t tile = 0; tile < tile_count(f); tile++) {
    const pair_mlp_rows rows = rows_of(f, tile);
    if (!is_kept(tile)) evaluate_tile(f, mlp, tile);
    pair_mlp_tile_slope(mlp, &rows, tape_of(f, mlp, tile), f->slope + tile * PAIR_MLP_TILE);
  }
  sum_boxes(f, f->slope, slope);
}

/* From the gradient by pairs to the gradient by rows: the transpose of sum_boxes. */
static void spread_boxes(pair_series *f, const float *ds) {
  const pair_series_frame *frame = f->frame;
  memset(f->ds, 0, frame->nodes * sizeof *f->ds);
  for (size_t k = 0; k < frame->boxes.count; k++) {
    if (!frame->used[k]) continue;
    const box *b = &frame->boxes.box[k];
    float dc[BOXES_NODES * BOXES_NODES];
    pair_buckets_spread(&f->buckets, b, k, ds, dc);
    box_series_transpose(&f->tables, b, dc, f->ds + frame->first[k]);
  }
  for (size_t row = frame->nodes; row < frame->rows; row++) f->ds[row] = ds[f->pair[row]];
}

void pair_series_backward(pair_series *f, pair_mlp *mlp, const float *ds, float *dw) {
  spread_boxes(f, ds);
  for (size_t tile = tile_count(f); tile-- > 0;) { /* the last tapes are in the cache */
    const pair_mlp_rows rows = rows_of(f, tile);
    if (!is_kept(tile)) evaluate_tile(f, mlp, tile);
    pair_mlp_tile_backward(mlp, &rows, tape_of(f, mlp, tile), f->ds + tile * PAIR_MLP_TILE, dw);
  }
}
