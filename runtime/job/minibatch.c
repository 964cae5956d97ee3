#include "job/minibatch.h"

#include "base/blas.h"
#include "base/memory.h"
#include "hifm/rng.h"

#include <stdlib.h>
#include <string.h>

static status_code open_modes(minibatch *b, const char *folder, failure *err) {
  const size_t n = b->data->train_count, d = b->data->domain.d;
  arena a = {0};
  status_code status = npy_open(&b->alpha_file, arena_format(&a, "%s/alpha.npy", folder), err);
  if (status == STATUS_OK)
    status = npy_open(&b->basis_file, arena_format(&a, "%s/basis.npy", folder), err);
  if (status == STATUS_OK &&
      (b->alpha_file.count != n * d || b->basis_file.count != n * d * d ||
       b->alpha_file.type != NPY_FLOAT64 || b->basis_file.type != NPY_FLOAT32))
    status = failure_set(err, STATUS_BAD_INPUT, "%s: eigendecompositions of other data", folder);
  arena_close(&a);
  return status;
}

status_code minibatch_open(minibatch *b, const dataset *data, const flow *path,
                           const flow_settings *set, const char *modes, uint32_t seed, size_t size,
                           failure *err) {
  const size_t d = data->domain.d, count = flow_modes(path);
  memset(b, 0, sizeof *b);
  if (data->train_count < size)
    return failure_set(err, STATUS_BAD_CONFIG, "train.batch: %zu is more than dataset.train = %zu",
                       size, data->train_count);
  *b = (minibatch){.data = data, .path = path, .set = *set, .seed = seed, .size = size};
  b->outputs = d + (set->scheme == SCHEME_INFINITE);
  b->steps_per_epoch = data->train_count / size;
  b->shuffled_epoch = UINT64_MAX;
  b->order = memory_array(data->train_count, sizeof *b->order);
  b->index = memory_array(size, sizeof *b->index);
  b->x = memory_array(size * d, sizeof *b->x);
  b->z = memory_array(size, sizeof *b->z);
  b->target = memory_array(size * b->outputs, sizeof *b->target);
  b->visible = memory_array(size * count, sizeof *b->visible);
  b->spectrum.alpha = memory_array(count, sizeof(double));
  b->spectrum.beta = memory_array(count, sizeof(double));
  b->spectrum.null = memory_array(count, sizeof(bool));
  b->spectrum.visible = memory_array(count, sizeof(bool));
  b->spare = memory_array(9 * d, sizeof *b->spare);
  status_code status = path->hessian ? open_modes(b, modes, err) : STATUS_OK;
  if (status != STATUS_OK) minibatch_close(b);
  return status;
}

void minibatch_close(minibatch *b) {
  npy_close(&b->alpha_file);
  npy_close(&b->basis_file);
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
  free(b->spare);
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

static const float *basis(const minibatch *b, size_t row) {
  const size_t d = b->data->domain.d;
  return b->path->hessian ? (const float *)b->basis_file.data + row * d * d : NULL;
}

/* y = P (m eta1 + s xi) and v_y = speed P (m' eta1 + s' xi) with eta1 = P' y1, xi = P' Pi noise
 * (eq. 22 and Algorithm 1, lines 15-21): functions of the Hessian alone, whatever basis LAPACK
 * picked. speed: v_z, or 1 for v_y / v_z. */
static void place(const minibatch *b, const float *p, const double *y1, const double *noise,
                  double q, double speed, float *x, float *target) {
  const size_t d = b->data->domain.d;
  double *eta = b->spare + d, *xi = eta + d, *out = xi + d;
  double *m = out + d, *s = m + d, *dm = s + d, *ds = dm + d;
  flow_path(b->path, &b->spectrum, q, m, s, dm, ds);
  if (!p) { /* identity basis: one record for all modes */
    for (size_t i = 0; i < d; i++) {
      x[i] = (float)(m[0] * y1[i] + s[0] * noise[i]);
      target[i] = (float)(speed * (dm[0] * y1[i] + ds[0] * noise[i]));
    }
    return;
  }
  blas_apply_transposed(p, d, y1, eta);
  blas_apply_transposed(p, d, noise, xi);
  for (size_t i = 0; i < d; i++) {
    const double along = eta[i], spread = xi[i];
    eta[i] = m[i] * along + s[i] * spread;
    xi[i] = speed * (dm[i] * along + ds[i] * spread);
  }
  blas_apply(p, d, eta, out);
  for (size_t i = 0; i < d; i++) x[i] = (float)out[i];
  blas_apply(p, d, xi, out);
  for (size_t i = 0; i < d; i++) target[i] = (float)out[i];
}

static double norm(const double *y, size_t d) {
  double sum = 0;
  for (size_t i = 0; i < d; i++) sum += y[i] * y[i];
  return sqrt(sum);
}

static status_code fill_one(minibatch *b, uint64_t step, size_t k, failure *err) {
  const size_t row = b->index[k], d = b->data->domain.d, modes = flow_modes(b->path);
  const double *y1 =
      dataset_train_point(b->data, row, b->seed, step, (uint32_t)k, b->spare + 8 * d);
  const double *alpha = b->path->hessian ? (const double *)b->alpha_file.data + row * d : NULL;
  failure inner;
  const hifm_point point = {.domain = &b->data->domain, .y1 = y1, .norm = norm(y1, d)};
  status_code status = flow_shape(b->path, &point, alpha, &b->spectrum, &inner);
  if (status != STATUS_OK)
    return failure_set(err, status, "training point %zu: %.500s", row, inner.message);
  hifm_normals((hifm_stream){b->seed, HIFM_RNG_NOISE}, step, (uint32_t)k, d, b->spare);
  dataset_centre(&b->data->domain, b->spare);
  const double draw = hifm_uniform((hifm_stream){b->seed, HIFM_RNG_CLOCK}, step, (uint32_t)k);
  const double q = b->set.clock == CLOCK_T ? flow_q_at(b->path, &b->spectrum, draw) : draw;
  const bool infinite = b->set.scheme == SCHEME_INFINITE;
  const double speed = infinite ? flow_vz(b->path, &b->spectrum, q) : 1;
  float *target = b->target + k * b->outputs;
  b->z[k] = (float)(1 - q);
  place(b, basis(b, row), y1, b->spare, q, speed, b->x + k * d, target);
  if (infinite) target[d] = (float)speed;
  memcpy(b->visible + k * modes, b->spectrum.visible, modes * sizeof *b->visible);
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

/* Nullity may differ from point to point. */
static bool sees_all(const bool *visible, size_t modes) {
  for (size_t i = 0; i < modes; i++)
    if (!visible[i]) return false;
  return true;
}

/* r <- P diag(visible) P' r for the first d of r; modal: scratch [d] */
static void hide(const minibatch *b, size_t k, double *r, double *modal) {
  const size_t d = b->data->domain.d, modes = flow_modes(b->path);
  const bool *visible = b->visible + k * modes;
  if (sees_all(visible, modes)) return;
  const float *p = basis(b, b->index[k]);
  blas_apply_transposed(p, d, r, modal);
  for (size_t i = 0; i < d; i++)
    if (!visible[i]) modal[i] = 0;
  blas_apply(p, d, modal, r);
}

double minibatch_loss(void *context, size_t first, size_t n, const float *v, float *dv) {
  minibatch *b = context;
  const size_t outputs = b->outputs;
  double *r = b->spare, total = 0;
  for (size_t k = 0; k < n; k++) {
    const float *target = b->target + (first + k) * outputs;
    for (size_t i = 0; i < outputs; i++) r[i] = (double)v[k * outputs + i] - (double)target[i];
    hide(b, first + k, r, r + outputs);
    for (size_t i = 0; i < outputs; i++) {
      total += r[i] * r[i];
      dv[k * outputs + i] = (float)(2 * r[i] / (double)b->size);
    }
  }
  return total;
}
