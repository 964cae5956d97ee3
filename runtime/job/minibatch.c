#include "job/minibatch.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "base/threads.h"
#include "hifm/rng.h"

#include <stdlib.h>
#include <string.h>

static double *take(double **memory, size_t count) {
  double *taken = *memory;
  *memory += count;
  return taken;
}

static void take_spectrum(hifm_spectrum *spectrum, size_t count) {
  spectrum->alpha = memory_array(count, sizeof *spectrum->alpha);
  spectrum->beta = memory_array(count, sizeof *spectrum->beta);
  spectrum->null = memory_array(count, sizeof *spectrum->null);
  spectrum->visible = memory_array(count, sizeof *spectrum->visible);
}

static void open_scratch(minibatch_scratch *s, size_t d, size_t count, size_t outputs) {
  double *memory = memory_array(4 * d + 8 * count + outputs, sizeof *memory);
  s->memory = memory;
  s->noise = take(&memory, d);
  s->image = take(&memory, d);
  s->m = take(&memory, count);
  s->s = take(&memory, count);
  s->dm = take(&memory, count);
  s->ds = take(&memory, count);
  s->position = take(&memory, d);
  s->velocity = take(&memory, d);
  s->residual = take(&memory, outputs);
  s->kept = take(&memory, count);
  s->mixed = take(&memory, 3 * count);
  take_spectrum(&s->spectrum, count);
}

static void close_scratch(minibatch_scratch *s) {
  free(s->memory);
  free(s->spectrum.alpha);
  free(s->spectrum.beta);
  free(s->spectrum.null);
  free(s->spectrum.visible);
}

status_code minibatch_open(minibatch *b, const minibatch_request *request, failure *err) {
  const dataset *data = request->data;
  const size_t d = data->domain.d, count = flow_modes(request->path), size = request->size;
  memset(b, 0, sizeof *b);
  if (data->train_count < size)
    return failure_set(err, STATUS_BAD_CONFIG, "train.batch: %zu is more than dataset.train = %zu",
                       size, data->train_count);
  *b = (minibatch){.data = data,
                   .path = request->path,
                   .settings = *request->settings,
                   .seed = request->seed,
                   .size = size,
                   .threads = request->threads > 1 ? request->threads : 1,
                   .outputs = d + (request->settings->scheme == SCHEME_INFINITE),
                   .steps_per_epoch = data->train_count / size,
                   .shuffled_epoch = UINT64_MAX};
  b->order = memory_array(data->train_count, sizeof *b->order);
  b->index = memory_array(size, sizeof *b->index);
  b->x = memory_array(size * d, sizeof *b->x);
  b->z = memory_array(size, sizeof *b->z);
  b->target = memory_array(size * b->outputs, sizeof *b->target);
  b->visible = memory_array(size * count, sizeof *b->visible);
  b->scratch = memory_array(b->threads, sizeof *b->scratch);
  for (size_t i = 0; i < b->threads; i++) open_scratch(&b->scratch[i], d, count, b->outputs);
  status_code status = modes_open(&b->modes, request->path->hessian ? request->modes : NULL,
                                  data->train_count, d, err);
  if (status != STATUS_OK) minibatch_close(b);
  return status;
}

void minibatch_close(minibatch *b) {
  modes_close(&b->modes);
  free(b->order);
  free(b->index);
  free(b->x);
  free(b->z);
  free(b->target);
  free(b->visible);
  for (size_t i = 0; i < b->threads; i++) close_scratch(&b->scratch[i]);
  free(b->scratch);
  memset(b, 0, sizeof *b);
}

static void shuffle(minibatch *b, uint64_t epoch) {
  const hifm_stream stream = {b->seed, HIFM_RNG_SHUFFLE};
  if (epoch == b->shuffled_epoch) return;
  for (size_t i = 0; i < b->data->train_count; i++) {
    const size_t j = (size_t)hifm_below(stream, epoch, (uint32_t)i, i + 1);
    b->order[i] = b->order[j];
    b->order[j] = i;
  }
  b->shuffled_epoch = epoch;
}

/* Point k of the batch: y = P (m eta1 + s xi) and v_y = vz P (m' eta1 + s' xi) with eta1 = P' y1,
 * xi = P' Pi noise (eq. 22 and Algorithm 1, lines 15-21): functions of the Hessian alone, whatever
 * basis LAPACK picked. vz: v_z, or 1 where v_y / v_z is matched. */
static void sample_path(minibatch *b, const minibatch_scratch *s, size_t k, const double *y1,
                        double q, double vz) {
  const size_t d = b->data->domain.d;
  const modes_term terms[] = {{.a = s->m, .b = s->s, .scale = 1, .out = s->position},
                              {.a = s->dm, .b = s->ds, .scale = vz, .out = s->velocity}};
  float *x = b->x + k * d, *target = b->target + k * b->outputs;
  flow_path(b->path, &s->spectrum, q, s->m, s->s, s->dm, s->ds);
  modes_mix(&b->modes, b->index[k], y1, s->noise, terms, 2, s->mixed);
  for (size_t i = 0; i < d; i++) x[i] = (float)s->position[i];
  for (size_t i = 0; i < d; i++) target[i] = (float)s->velocity[i];
}

/* The rates of the flow at this training point, into s->spectrum. */
static status_code shape_flow(const minibatch *b, minibatch_scratch *s, size_t row,
                              const double *y1, failure *err) {
  const hifm_point point = {
      .domain = &b->data->domain, .y1 = y1, .norm = numbers_norm(y1, b->data->domain.d)};
  failure inner;
  status_code status =
      flow_shape(b->path, &point, modes_rates(&b->modes, row), &s->spectrum, &inner);
  if (status == STATUS_OK) return STATUS_OK;
  return failure_set(err, status, "training point %zu: %.500s", row, inner.message);
}

/* All draws of a point are keyed by (seed, step, k). */
static status_code fill_one(minibatch *b, minibatch_scratch *s, uint64_t step, size_t k,
                            failure *err) {
  const size_t row = b->index[k], d = b->data->domain.d, count = b->modes.count;
  const uint32_t index = (uint32_t)k;
  const double *y1 = dataset_train_point(b->data, row, b->seed, step, index, s->image);
  status_code status = shape_flow(b, s, row, y1, err);
  if (status != STATUS_OK) return status;
  hifm_normals((hifm_stream){b->seed, HIFM_RNG_NOISE}, step, index, d, s->noise);
  dataset_centre(&b->data->domain, s->noise);
  const double draw = hifm_uniform((hifm_stream){b->seed, HIFM_RNG_CLOCK}, step, index);
  const double q = b->settings.clock == CLOCK_T ? flow_q_at(b->path, &s->spectrum, draw) : draw;
  const bool infinite = b->settings.scheme == SCHEME_INFINITE;
  const double vz = infinite ? flow_vz(b->path, &s->spectrum, q) : 1;
  b->z[k] = (float)(1 - q);
  sample_path(b, s, k, y1, q, vz);
  if (infinite) b->target[k * b->outputs + d] = (float)vz;
  memcpy(b->visible + k * count, s->spectrum.visible, count * sizeof *b->visible);
  return STATUS_OK;
}

enum { POINTS_AT_A_TIME = 16 };

typedef struct filling {
  minibatch *b;
  uint64_t step;
} filling;

/* A thread keeps the first refusal of its points, which it takes in their order. */
static void fill_range(void *context, size_t thread, size_t range) {
  const filling *f = context;
  minibatch_scratch *s = &f->b->scratch[thread];
  const size_t first = range * POINTS_AT_A_TIME, left = f->b->size - first;
  const size_t end = first + (left < POINTS_AT_A_TIME ? left : POINTS_AT_A_TIME);
  for (size_t k = first; k < end && s->status == STATUS_OK; k++) {
    s->status = fill_one(f->b, s, f->step, k, &s->refused);
    s->refused_at = k;
  }
}

/* The refusal of the first point of the batch that has one. */
static status_code first_refusal(const minibatch *b, failure *err) {
  const minibatch_scratch *found = NULL;
  for (const minibatch_scratch *s = b->scratch; s < b->scratch + b->threads; s++)
    if (s->status != STATUS_OK && (!found || s->refused_at < found->refused_at)) found = s;
  return found ? failure_set(err, found->status, "%s", found->refused.message) : STATUS_OK;
}

status_code minibatch_fill(minibatch *b, uint64_t step, failure *err) {
  const uint64_t epoch = step / b->steps_per_epoch;
  filling f = {b, step};
  shuffle(b, epoch);
  memcpy(b->index, b->order + (step % b->steps_per_epoch) * b->size, b->size * sizeof *b->index);
  for (size_t i = 0; i < b->threads; i++) b->scratch[i].status = STATUS_OK;
  threads_each(fill_range, &f, (b->size + POINTS_AT_A_TIME - 1) / POINTS_AT_A_TIME, b->threads);
  return first_refusal(b, err);
}

/* r <- P diag(visible) P' r for the first d numbers of r, point k of the batch: its own null space,
 * since nullity may differ from point to point. */
static void project_out(const minibatch *b, const minibatch_scratch *s, size_t k, double *r) {
  const size_t count = b->modes.count;
  const bool *visible = b->visible + k * count;
  const modes_term term = {.a = s->kept, .scale = 1, .out = r};
  bool all = true;
  for (size_t i = 0; i < count; i++) {
    s->kept[i] = visible[i] ? 1 : 0;
    all = all && visible[i];
  }
  if (!all) modes_mix(&b->modes, b->index[k], r, NULL, &term, 1, s->mixed);
}

double minibatch_loss(void *context, size_t thread, size_t first, size_t n, const float *v,
                      float *dv) {
  const minibatch *b = context;
  const minibatch_scratch *s = &b->scratch[thread];
  const size_t outputs = b->outputs;
  double *r = s->residual, total = 0;
  for (size_t k = 0; k < n; k++) {
    const float *target = b->target + (first + k) * outputs;
    for (size_t i = 0; i < outputs; i++) r[i] = (double)v[k * outputs + i] - (double)target[i];
    project_out(b, s, first + k, r);
    for (size_t i = 0; i < outputs; i++) {
      total += r[i] * r[i];
      dv[k * outputs + i] = (float)(2 * r[i] / (double)b->size);
    }
  }
  return total;
}
