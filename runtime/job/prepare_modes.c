#include "base/clock.h"
#include "job/prepare.h"

#include "base/blas.h"
#include "base/files.h"
#include "host/energy.h"
#include "host/plugins.h"
#include "job/dataset.h"
#include "job/progress.h"
#include "job/result.h"

#include <stdlib.h>

/* A <- Pi A Pi: exact zeros for translations also where the Hessian came from differences. */
static void project_translations(const hifm_domain *domain, double *hessian) {
  const size_t d = domain->d;
  if (!domain->centred) return;
  for (size_t i = 0; i < d; i++) dataset_centre(domain, hessian + i * d);
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j < i; j++) {
      const double swap = hessian[i * d + j];
      hessian[i * d + j] = hessian[j * d + i];
      hessian[j * d + i] = swap;
    }
  for (size_t i = 0; i < d; i++) dataset_centre(domain, hessian + i * d);
}

typedef struct modes_writer {
  npy_writer alpha, basis;
  double *point, *hessian, *vectors, *values;
  float *narrow;
} modes_writer;

static status_code decompose(modes_writer *w, energy *e, const double *point, failure *err) {
  const size_t d = e->domain.d;
  energy_hessian(e, point, NULL, w->hessian);
  status_code status = energy_status(e, err);
  if (status != STATUS_OK) return status;
  project_translations(&e->domain, w->hessian);
  status = blas_eigen(w->hessian, d, w->values, w->vectors, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < d * d; i++) w->narrow[i] = (float)w->vectors[i];
  status = npy_append(&w->alpha, w->values, d * sizeof *w->values, err);
  if (status == STATUS_OK)
    status = npy_append(&w->basis, w->narrow, d * d * sizeof *w->narrow, err);
  return status;
}

static status_code write_all(modes_writer *w, energy *e, const dataset *data, failure *err) {
  const size_t n = data->train_count;
  for (size_t i = 0; i < n; i++) {
    const double *point = dataset_train_point(data, i, 0, 0, 0, w->point);
    status_code status = decompose(w, e, point, err);
    if (status == STATUS_DIVERGED)
      return failure_set(err, STATUS_BAD_INPUT,
                         "the Hessian of energy %s at training point %zu has no eigendecomposition "
                         "(is it finite?)",
                         e->bound.plugin->name, i);
    if (status != STATUS_OK) return status;
    progress_tell_phase("modes", (double)(i + 1), (double)n);
    if (progress_stop_asked()) return failure_set(err, STATUS_INTERRUPTED, "stopped by a signal");
  }
  return STATUS_OK;
}

static status_code open_writers(modes_writer *w, arena *a, const job *work, size_t n, size_t d,
                                failure *err) {
  const size_t shape[3] = {n, d, d};
  const char *alpha = arena_format(a, "%s/alpha.npy", work->folder);
  status_code status = npy_begin(&w->alpha, alpha, NPY_FLOAT64, 2, shape, err);
  if (status != STATUS_OK) return status;
  const char *basis = arena_format(a, "%s/basis.npy", work->folder);
  status = npy_begin(&w->basis, basis, NPY_FLOAT32, 3, shape, err);
  if (status != STATUS_OK) npy_abandon(&w->alpha);
  return status;
}

static status_code make_modes(arena *a, const job *work, const dataset *data, energy *e,
                              failure *err) {
  const size_t n = data->train_count, d = data->domain.d;
  const double need = (double)n * (double)d * (8.0 + 4.0 * (double)d);
  const double room = (double)files_free_bytes(work->folder);
  if (room > 0 && room < need)
    return failure_set(err, STATUS_IO_FAILED,
                       "%s: the eigendecompositions need %.0f MB, but only %.0f MB are free",
                       work->folder, need / 1e6, room / 1e6);
  modes_writer w;
  status_code status = open_writers(&w, a, work, n, d, err);
  if (status != STATUS_OK) return status;
  if (energy_hessian_source(e) == ENERGY_FROM_DIFFERENCES)
    progress_note("energy %s brings no Hessian: central differences are used",
                  e->bound.plugin->name);
  w.point = memory_array(d, sizeof *w.point);
  w.hessian = memory_array(d * d, sizeof *w.hessian);
  w.vectors = memory_array(d * d, sizeof *w.vectors);
  w.values = memory_array(d, sizeof *w.values);
  w.narrow = memory_array(d * d, sizeof *w.narrow);
  status = write_all(&w, e, data, err);
  if (status == STATUS_OK)
    status = npy_commit(&w.alpha, err);
  else
    npy_abandon(&w.alpha);
  if (status == STATUS_OK)
    status = npy_commit(&w.basis, err);
  else
    npy_abandon(&w.basis);
  free(w.point);
  free(w.hessian);
  free(w.vectors);
  free(w.values);
  free(w.narrow);
  return status;
}

status_code prepare_modes(arena *a, const job *work, failure *err) {
  const double start = clock_seconds();
  dataset data;
  hifm_bound bound;
  energy e;
  status_code status = dataset_open(&data, work->data, value_get(work->config, "dataset"), err);
  if (status != STATUS_OK) return status;
  if (data.dequantised) {
    status =
        failure_set(err, STATUS_BAD_CONFIG,
                    "dataset.dequantise: \"uniform\" moves a point at every draw, but the flow's "
                    "Hessian is taken once at each; it needs \"none\"");
    goto done;
  }
  status = plugins_bind(a, HIFM_ENERGY, value_get(work->config, "energy"), "the flow's energy",
                        &data.domain, &bound, err);
  if (status != STATUS_OK) goto done;
  status = energy_open(&e, bound, &data.domain, err);
  if (status == STATUS_OK) {
    status = make_modes(a, work, &data, &e, err);
    energy_close(&e);
  }
  plugins_drop(&bound);
  const result made = {.kind = work->kind,
                       .id = work->id,
                       .state = "done",
                       .seconds = clock_seconds() - start,
                       .attempts = work->attempt};
  if (status == STATUS_OK)
    status = result_write(arena_format(a, "%s/result.json", work->folder), &made, err);
done:
  dataset_close(&data);
  return status;
}
