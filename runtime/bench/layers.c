/* hifm bench: egnns of three layers of 32 features, the size that is common for 13 particles. */
#include "base/clock.h"
#include "bench/parts.h"
#include "host/plugins.h"

#include <stdlib.h>
#include <string.h>

enum { LAYERS = 3, WIDTH = 32, DEPTH = 2, BATCH = 256, FEW = 100 };

/* Forward, and backward by weights and by inputs: each a product with every weight. */
static const double PASSES = 3;

/* A network: the names of its rows, and its settings. */
typedef struct variant {
  const char *phase, *step, *divergence;
  bool klein; /* the settings of Klein et al. 2023, else the defaults */
} variant;

static const variant VARIANTS[] = {
    {"egnn of three layers", "layers_step", "layers_divergence", false},
    {"egnn of Klein et al.", "klein_step", "klein_divergence", true},
};

typedef struct subject {
  network net;
  float *w, *gradient;
  hifm_batch batch; /* the first points of a training batch */
} subject;

/* Multiplications of one point with the weight matrices of a layer's edge and coord MLP after the
 * first edge layer. Both variants have the same matrices: attention and distances only add vectors.
 * The first layer's pairs are unordered. */
static double by_edges(const bench *b, size_t layer) {
  const double pairs = (double)(b->domain.particles * (b->domain.particles - 1));
  return (layer == 0 ? 0.5 : 1) * pairs * 2 * (DEPTH - 1) * WIDTH * WIDTH;
}

/* With those of its particles: both kernels of the first edge layer, where h differs from particle
 * to particle, and the node MLP, where a layer follows. */
static double by_nodes(const bench *b, size_t layer) {
  const double matrices = (layer == 0 ? 0 : 2) + (layer + 1 == LAYERS ? 0 : DEPTH + 1);
  return (double)b->domain.particles * matrices * WIDTH * WIDTH;
}

static double multiplications(const bench *b) {
  double sum = 0;
  for (size_t layer = 0; layer < LAYERS; layer++) sum += by_edges(b, layer) + by_nodes(b, layer);
  return sum;
}

/* Derivatives, for three layers (plugins/networks/egnn/divergence.c): the slopes of moves; the
 * first layer, a row for each pair; the second, a row for each direction of a particle, and the
 * weighted sums of its moves; the last, a row for each pair and coordinate. */
static double divergence_multiplications(const bench *b) {
  const double particles = b->domain.particles, pairs = particles * (particles - 1);
  const double directions = particles * (particles - 1 + b->domain.space);
  double sum = multiplications(b), rows = 0;
  for (size_t layer = 0; layer < LAYERS; layer++) sum += by_edges(b, layer);
  rows += 0.5 * pairs * DEPTH + pairs * (DEPTH - 1);
  rows += 2 * pairs + directions * (particles - 1) * (DEPTH - 1) + directions * (DEPTH + 1);
  rows += pairs + b->domain.d;
  return sum + rows * WIDTH * WIDTH + 2 * pairs * b->domain.d * WIDTH;
}

/* As in scripts/lj13_field.lua. */
static void add_klein(arena *a, value *settings) {
  value_put_text(a, settings, "activation", "silu");
  value_put(a, settings, "attention", value_bool(a, true));
  value_put_number(a, settings, "tanh_range", 15);
  value_put_text(a, settings, "aggregation", "sum");
  value_put(a, settings, "normalise", value_bool(a, true));
  value_put(a, settings, "initial_distance", value_bool(a, true));
}

static const value *settings_of(arena *a, const variant *which) {
  value *settings = value_new(a, VALUE_MAP);
  value_put_text(a, settings, PARAMS_NAME, "egnn");
  value_put_number(a, settings, "layers", LAYERS);
  value_put_number(a, settings, "width", WIDTH);
  value_put_number(a, settings, "depth", DEPTH);
  if (which->klein) add_klein(a, settings);
  return settings;
}

static status_code open_subject(bench *b, const value *settings, subject *s, failure *err) {
  const minibatch *at = &b->batches;
  const size_t points = at->size < BATCH ? at->size : BATCH;
  hifm_bound bound;
  status_code status =
      plugins_bind(b->memory, HIFM_NETWORK, settings, "network", &b->domain, &bound, err);
  if (status == STATUS_OK) status = network_open(&s->net, bound, &b->domain, false, points, err);
  if (status == STATUS_OK) status = minibatch_fill(&b->batches, 0, err);
  if (status != STATUS_OK) return status;
  s->w = memory_array(2 * s->net.weights, sizeof *s->w);
  s->gradient = s->w + s->net.weights;
  network_initialise(&s->net, 0, s->w);
  s->batch = (hifm_batch){.n = points, .nz = points, .x = at->x, .z = at->z};
  return STATUS_OK;
}

static double time_step(bench *b, subject *s) {
  const double start = clock_seconds();
  memset(s->gradient, 0, s->net.weights * sizeof *s->gradient);
  network_loss_gradient(&s->net, s->w, &s->batch, minibatch_loss, &b->batches, s->gradient);
  return clock_seconds() - start;
}

/* As in a likelihood: one z for all points. */
static double time_divergence(subject *s, float *v, float *divergence) {
  const float z = 0.5f;
  const size_t few = s->batch.n < FEW ? s->batch.n : FEW;
  const hifm_batch batch = {.n = few, .nz = 1, .x = s->batch.x, .z = &z};
  const double start = clock_seconds();
  network_divergence(&s->net, s->w, &batch, v, divergence);
  return clock_seconds() - start;
}

static status_code time_both(bench *b, const variant *which, subject *s, failure *err) {
  const size_t steps = b->sizes->steps, few = s->batch.n < FEW ? s->batch.n : FEW;
  double *times = memory_array(2 * steps, sizeof *times);
  float *v = memory_array(few * (b->domain.d + 1), sizeof *v);
  status_code status = STATUS_OK;
  for (size_t k = 0; k < steps && status == STATUS_OK; k++) {
    times[k] = time_step(b, s);
    times[steps + k] = time_divergence(s, v, v + few * b->domain.d);
    status = bench_report(which->phase, k + 1, steps, err);
  }
  if (status == STATUS_OK) {
    const double product = 2e3 / b->flops; /* milliseconds */
    bench_write_row(b, which->step, 1e3 * bench_median(times, steps), "ms",
                    (double)s->batch.n * PASSES * multiplications(b) * product);
    bench_write_row(b, which->divergence, 1e3 * bench_median(times + steps, steps), "ms",
                    (double)few * divergence_multiplications(b) * product);
  }
  free(times);
  free(v);
  return status;
}

static status_code measure_variant(bench *b, const variant *which, failure *err) {
  subject s = {.w = NULL};
  status_code status = open_subject(b, settings_of(b->memory, which), &s, err);
  if (status == STATUS_OK) status = time_both(b, which, &s, err);
  free(s.w);
  if (s.net.bound.plugin) bench_close_network(&s.net);
  return status;
}

status_code bench_layers(bench *b, failure *err) {
  status_code status = STATUS_OK;
  for (size_t i = 0; i < sizeof VARIANTS / sizeof *VARIANTS && status == STATUS_OK; i++)
    status = measure_variant(b, &VARIANTS[i], err);
  return status;
}
