#include "job/minibatch.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "hifm/rng.h"

#include <stdlib.h>
#include <string.h>

static double *take(double **memory, size_t count) {
  double *taken = *memory;
  *memory += count;
  return taken;
}

static void take_scratch(minibatch_scratch *s, size_t d, size_t count, size_t outputs) {
  double *memory = memory_array(4 * d + 5 * count + outputs, sizeof *memory);
  s->noise = take(&memory, d); /* the first: released by it */
  s->image = take(&memory, d);
  s->m = take(&memory, count);
  s->s = take(&memory, count);
  s->dm = take(&memory, count);
  s->ds = take(&memory, count);
  s->position = take(&memory, d);
  s->velocity = take(&memory, d);
  s->residual = take(&memory, outputs);
  s->kept = take(&memory, count);
}

static void take_spectrum(hifm_spectrum *spectrum, size_t count) {
  spectrum->alpha = memory_array(count, sizeof *spectrum->alpha);
  spectrum->beta = memory_array(count, sizeof *spectrum->beta);
  spectrum->null = memory_array(count, sizeof *spectrum->null);
  spectrum->visible = memory_array(count, sizeof *spectrum->visible);
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
                   .outputs = d + (request->settings->scheme == SCHEME_INFINITE),
                   .steps_per_epoch = data->train_count / size,
                   .shuffled_epoch = UINT64_MAX};
  b->order = memory_array(data->train_count, sizeof *b->order);
  b->index = memory_array(size, sizeof *b->index);
  b->x = memory_array(size * d, sizeof *b->x);
  b->z = memory_array(size, sizeof *b->z);
  b->target = memory_array(size * b->outputs, sizeof *b->target);
  b->visible = memory_array(size * count, sizeof *b->visible);
  take_spectrum(&b->spectrum, count);
  take_scratch(&b->scratch, d, count, b->outputs);
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
  free(b->spectrum.alpha);
  free(b->spectrum.beta);
  free(b->spectrum.null);
  free(b->spectrum.visible);
  free(b->scratch.noise);
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
static void sample_path(minibatch *b, size_t k, const double *y1, double q, double vz) {
  const size_t d = b->data->domain.d;
  const minibatch_scratch *s = &b->scratch;
  const modes_term terms[] = {{.a = s->m, .b = s->s, .scale = 1, .out = s->position},
                              {.a = s->dm, .b = s->ds, .scale = vz, .out = s->velocity}};
  float *x = b->x + k * d, *target = b->target + k * b->outputs;
  flow_path(b->path, &b->spectrum, q, s->m, s->s, s->dm, s->ds);
  modes_mix(&b->modes, b->index[k], y1, s->noise, terms, 2);
  for (size_t i = 0; i < d; i++) x[i] = (float)s->position[i];
  for (size_t i = 0; i < d; i++) target[i] = (float)s->velocity[i];
}

/* The rates of the flow at this training point, into b->spectrum. */
static status_code shape_flow(minibatch *b, size_t row, const double *y1, failure *err) {
  const hifm_point point = {
      .domain = &b->data->domain, .y1 = y1, .norm = numbers_norm(y1, b->data->domain.d)};
  failure inner;
  status_code status =
      flow_shape(b->path, &point, modes_rates(&b->modes, row), &b->spectrum, &inner);
  if (status == STATUS_OK) return STATUS_OK;
  return failure_set(err, status, "training point %zu: %.500s", row, inner.message);
}

/* All draws of a point are keyed by (seed, step, k). */
static status_code fill_one(minibatch *b, uint64_t step, size_t k, failure *err) {
  const size_t row = b->index[k], d = b->data->domain.d, count = b->modes.count;
  const uint32_t index = (uint32_t)k;
  const double *y1 = dataset_train_point(b->data, row, b->seed, step, index, b->scratch.image);
  status_code status = shape_flow(b, row, y1, err);
  if (status != STATUS_OK) return status;
  hifm_normals((hifm_stream){b->seed, HIFM_RNG_NOISE}, step, index, d, b->scratch.noise);
  dataset_centre(&b->data->domain, b->scratch.noise);
  const double draw = hifm_uniform((hifm_stream){b->seed, HIFM_RNG_CLOCK}, step, index);
  const double q = b->settings.clock == CLOCK_T ? flow_q_at(b->path, &b->spectrum, draw) : draw;
  const bool infinite = b->settings.scheme == SCHEME_INFINITE;
  const double vz = infinite ? flow_vz(b->path, &b->spectrum, q) : 1;
  b->z[k] = (float)(1 - q);
  sample_path(b, k, y1, q, vz);
  if (infinite) b->target[k * b->outputs + d] = (float)vz;
  memcpy(b->visible + k * count, b->spectrum.visible, count * sizeof *b->visible);
  return STATUS_OK;
}

status_code minibatch_fill(minibatch *b, uint64_t step, failure *err) {
  const uint64_t epoch = step / b->steps_per_epoch;
  shuffle(b, epoch);
  memcpy(b->index, b->order + (step % b->steps_per_epoch) * b->size, b->size * sizeof *b->index);
  for (size_t k = 0; k < b->size; k++) {
    status_code status = fill_one(b, step, k, err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* r <- P diag(visible) P' r for the first d numbers of r, point k of the batch: its own null space,
 * since nullity may differ from point to point. */
static void project_out(minibatch *b, size_t k, double *r) {
  const size_t count = b->modes.count;
  const bool *visible = b->visible + k * count;
  const modes_term term = {.a = b->scratch.kept, .scale = 1, .out = r};
  bool all = true;
  for (size_t i = 0; i < count; i++) {
    b->scratch.kept[i] = visible[i] ? 1 : 0;
    all = all && visible[i];
  }
  if (!all) modes_mix(&b->modes, b->index[k], r, NULL, &term, 1);
}

double minibatch_loss(void *context, size_t first, size_t n, const float *v, float *dv) {
  minibatch *b = context;
  const size_t outputs = b->outputs;
  double *r = b->scratch.residual, total = 0;
  for (size_t k = 0; k < n; k++) {
    const float *target = b->target + (first + k) * outputs;
    for (size_t i = 0; i < outputs; i++) r[i] = (double)v[k * outputs + i] - (double)target[i];
    project_out(b, first + k, r);
    for (size_t i = 0; i < outputs; i++) {
      total += r[i] * r[i];
      dv[k * outputs + i] = (float)(2 * r[i] / (double)b->size);
    }
  }
  return total;
}
