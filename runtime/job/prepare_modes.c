/* The modes job: eigendecompositions of an energy's Hessian at the training points. */
#include "base/blas.h"
#include "base/clock.h"
#include "base/folders.h"
#include "host/energy.h"
#include "host/plugins.h"
#include "job/contents.h"
#include "job/dataset.h"
#include "job/modes_eigen.h"
#include "job/prepare.h"
#include "job/prepare_parts.h"
#include "job/progress.h"

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

/* What the decomposition of one point needs. */
typedef struct decomposition {
  double *point, *hessian, *vectors, *values; /* [d], [d, d], [d, d], [d] */
} decomposition;

static status_code decompose(decomposition *s, energy *e, const double *point, failure *err) {
  energy_hessian(e, point, NULL, s->hessian);
  const status_code status = energy_status(e, err);
  if (status != STATUS_OK) return status;
  project_translations(&e->domain, s->hessian);
  return blas_eigen(s->hessian, e->domain.d, s->values, s->vectors, err);
}

static status_code write_all(modes_writer *w, decomposition *s, energy *e, const dataset *data,
                             failure *err) {
  const size_t n = data->train_count;
  for (size_t i = 0; i < n; i++) {
    const double *point = dataset_train_point(data, i, 0, 0, 0, s->point);
    status_code status = decompose(s, e, point, err);
    if (status == STATUS_DIVERGED)
      return failure_set(err, STATUS_BAD_INPUT,
                         "the Hessian of energy %s at training point %zu has no eigendecomposition "
                         "(is it finite?)",
                         e->bound.plugin->name, i);
    if (status == STATUS_OK) status = modes_writer_add(w, s->values, s->vectors, err);
    if (status != STATUS_OK) return status;
    progress_report_phase("modes", (double)(i + 1), (double)n);
    if (progress_stop_asked()) return failure_set(err, STATUS_INTERRUPTED, "stopped by a signal");
  }
  return STATUS_OK;
}

static status_code check_room(const char *folder, double need, failure *err) {
  const double room = (double)folders_free_bytes(folder);
  if (room <= 0 || room >= need) return STATUS_OK; /* 0: not known */
  return failure_set(err, STATUS_IO_FAILED,
                     "%s: the eigendecompositions need %.0f MB, but only %.0f MB are free", folder,
                     need / 1e6, room / 1e6);
}

static status_code make_modes(const job *work, const dataset *data, energy *e, failure *err) {
  const size_t n = data->train_count, d = data->domain.d;
  modes_writer w;
  status_code status = check_room(work->folder, modes_writer_bytes(n, d), err);
  if (status == STATUS_OK) status = modes_writer_open(&w, work->folder, n, d, err);
  if (status != STATUS_OK) return status;
  prepare_note_differences(e);
  decomposition s = {.point = memory_array(d, sizeof(double)),
                     .hessian = memory_array(d * d, sizeof(double)),
                     .vectors = memory_array(d * d, sizeof(double)),
                     .values = memory_array(d, sizeof(double))};
  status = modes_writer_close(&w, write_all(&w, &s, e, data, err), err);
  free(s.point);
  free(s.hessian);
  free(s.vectors);
  free(s.values);
  return status;
}

status_code prepare_modes(arena *a, const job *work, failure *err) {
  const double start = clock_seconds();
  dataset data;
  hifm_bound bound;
  energy e;
  const value *recipe = value_get(work->config, "dataset");
  status_code status = dataset_check_hessian(recipe, "the flow", err);
  if (status == STATUS_OK) status = dataset_open(&data, work->data, recipe, err);
  if (status != STATUS_OK) return status;
  status = plugins_bind(a, HIFM_ENERGY, value_get(work->config, "energy"), "the flow's energy",
                        &data.domain, &bound, err);
  if (status != STATUS_OK) goto done;
  status = energy_open(&e, bound, &data.domain, err);
  if (status == STATUS_OK) {
    status = make_modes(work, &data, &e, err);
    energy_close(&e);
  }
  plugins_drop(&bound);
  const result made = {.kind = work->kind,
                       .id = work->id,
                       .status = RUN_DONE,
                       .seconds = clock_seconds() - start,
                       .attempts = work->attempt,
                       .data = work->data,
                       .modes = work->modes};
  if (status == STATUS_OK) status = contents_record(a, work, &made, err);
done:
  dataset_close(&data);
  return status;
}
