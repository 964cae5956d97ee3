/* The modes job: eigendecompositions of an energy's Hessian at the training points. */
#include "base/blas.h"
#include "base/clock.h"
#include "base/folders.h"
#include "base/memory.h"
#include "base/threads.h"
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

/* The decomposition of one point. */
typedef struct decomposition {
  double *hessian, *vectors, *values; /* [d, d], [d, d], [d] */
  status_code status;
  failure failed;
} decomposition;

/* Several points at a time: each is the work of one thread, and they are written in their order. */
typedef struct block {
  const dataset *data;
  energy *energies; /* [threads] */
  double *images;   /* [threads, d]: of dataset_train_point */
  size_t threads;
  double *memory; /* of all decompositions */
  decomposition *each;
  size_t size; /* points of a block */
  size_t first;
} block;

static status_code decompose(decomposition *s, energy *e, const double *point, failure *err) {
  energy_hessian(e, point, NULL, s->hessian);
  const status_code status = energy_status(e, err);
  if (status != STATUS_OK) return status;
  project_translations(&e->domain, s->hessian);
  return blas_eigen(s->hessian, e->domain.d, s->values, s->vectors, err);
}

static void decompose_one(void *context, size_t thread, size_t i) {
  const block *b = context;
  decomposition *s = &b->each[i];
  double *image = b->images + thread * b->data->domain.d;
  const double *point = dataset_train_point(b->data, b->first + i, 0, 0, 0, image);
  s->status = decompose(s, &b->energies[thread], point, &s->failed);
}

static status_code write_one(modes_writer *w, const block *b, size_t i, failure *err) {
  const decomposition *s = &b->each[i];
  if (s->status == STATUS_OK) return modes_writer_add(w, s->values, s->vectors, err);
  if (s->status != STATUS_DIVERGED) return failure_set(err, s->status, "%s", s->failed.message);
  return failure_set(err, STATUS_BAD_INPUT,
                     "the Hessian of energy %s at training point %zu has no eigendecomposition (is "
                     "it finite?)",
                     b->energies[0].bound.plugin->name, b->first + i);
}

static status_code write_all(modes_writer *w, block *b, failure *err) {
  const size_t n = b->data->train_count;
  for (b->first = 0; b->first < n; b->first += b->size) {
    const size_t count = n - b->first < b->size ? n - b->first : b->size;
    status_code status = STATUS_OK;
    threads_each(decompose_one, b, count, b->threads);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) status = write_one(w, b, i, err);
    if (status != STATUS_OK) return status;
    progress_report_phase("modes", (double)(b->first + count), (double)n);
    if (progress_stop_asked()) return failure_set(err, STATUS_INTERRUPTED, "stopped by a signal");
  }
  return STATUS_OK;
}

/* As many points as fit 32 MB, and at least one for each thread: starting a thread takes longer
 * than a small matrix. */
static size_t block_size(size_t threads, size_t d) {
  const size_t bytes = 2 * (d + 1) * d * sizeof(double), fit = ((size_t)32 << 20) / bytes;
  const size_t most = 64 * threads;
  return fit < threads ? threads : fit < most ? fit : most;
}

static void close_block(block *b) {
  for (size_t i = 0; i < b->threads; i++)
    if (b->energies[i].bound.plugin) energy_close(&b->energies[i]);
  free(b->energies);
  free(b->images);
  free(b->memory);
  free(b->each);
}

static status_code open_block(block *b, const dataset *data, hifm_bound bound, size_t threads,
                              failure *err) {
  const size_t d = data->domain.d, one = (2 * d + 1) * d;
  status_code status = STATUS_OK;
  *b = (block){.data = data, .threads = threads, .size = block_size(threads, d)};
  b->energies = memory_array(threads, sizeof *b->energies);
  b->images = memory_array(threads * d, sizeof *b->images);
  b->each = memory_array(b->size, sizeof *b->each);
  b->memory = memory_array(b->size * one, sizeof *b->memory);
  for (size_t i = 0; i < b->size; i++) {
    double *at = b->memory + i * one;
    b->each[i] = (decomposition){.hessian = at, .vectors = at + d * d, .values = at + 2 * d * d};
  }
  for (size_t i = 0; i < threads && status == STATUS_OK; i++)
    status = energy_open(&b->energies[i], bound, &data->domain, err);
  return status;
}

static status_code check_room(const char *folder, double need, failure *err) {
  const double room = (double)folders_free_bytes(folder);
  if (room <= 0 || room >= need) return STATUS_OK; /* 0: not known */
  return failure_set(err, STATUS_IO_FAILED,
                     "%s: the eigendecompositions need %.0f MB, but only %.0f MB are free", folder,
                     need / 1e6, room / 1e6);
}

static status_code write_files(const job *work, block *b, failure *err) {
  const size_t n = b->data->train_count, d = b->data->domain.d;
  modes_writer w;
  status_code status = check_room(work->folder, modes_writer_bytes(n, d), err);
  if (status == STATUS_OK) status = modes_writer_open(&w, work->folder, n, d, err);
  if (status != STATUS_OK) return status;
  prepare_note_differences(&b->energies[0]);
  return modes_writer_close(&w, write_all(&w, b, err), err);
}

static status_code make_modes(const job *work, const dataset *data, hifm_bound bound,
                              failure *err) {
  block b;
  status_code status = open_block(&b, data, bound, work->threads, err);
  if (status == STATUS_OK) status = write_files(work, &b, err);
  close_block(&b);
  return status;
}

status_code prepare_modes(arena *a, const job *work, failure *err) {
  const double start = clock_seconds();
  dataset data;
  hifm_bound bound;
  const value *recipe = value_get(work->config, "dataset");
  status_code status = dataset_check_hessian(recipe, "the flow", err);
  if (status == STATUS_OK) status = dataset_open(&data, work->data, recipe, err);
  if (status != STATUS_OK) return status;
  status = plugins_bind(a, HIFM_ENERGY, value_get(work->config, "energy"), "the flow's energy",
                        &data.domain, &bound, err);
  if (status != STATUS_OK) goto done;
  status = make_modes(work, &data, bound, err);
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
