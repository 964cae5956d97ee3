/* The evaluate job: every metric of saved weights on the run's test points, or on those of a file.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "base/npy.h"
#include "job/file_rows.h"
#include "job/result.h"
#include "job/run.h"
#include "job/sample.h"
#include "job/saved_weights.h"

#include <stdlib.h>
#include <string.h>

/* What the job file asks for. */
typedef struct evaluation {
  const char *run, *weights;
  const char *data, *out; /* NULL: not given */
  double *rows;           /* [count, d]: the points of `data`; NULL: the run's test points */
  size_t count;
} evaluation;

/* The points of the run's data set, declared as a file of such points. */
static value *declare_file(arena *a, const char *path, const hifm_domain *domain) {
  value *file = value_new(a, VALUE_MAP);
  value_put_text(a, file, "path", path);
  value_put_number(a, file, "particles", domain->particles);
  value_put_number(a, file, "space", domain->space);
  value_put_number(a, file, "dimensions", domain->particles ? 0 : domain->d);
  return file;
}

static status_code read_rows(arena *a, const job *work, evaluation *e, failure *err) {
  hifm_domain domain;
  number_array file;
  size_t train, test;
  status_code status =
      dataset_look(work->data, value_get(work->config, "dataset"), &domain, &train, &test, err);
  if (status != STATUS_OK) return status;
  if (domain.height > 0)
    return failure_set(err, STATUS_BAD_INPUT,
                       "--data %s: the points of this run are images, and are measured on the "
                       "images of its own data set; --set dataset.test=N chooses how many",
                       e->data);
  status = file_rows_open(&file, declare_file(a, e->data, &domain), &domain, err);
  if (status != STATUS_OK) return status;
  e->count = file.header.shape[0];
  e->rows = memory_array(e->count * domain.d, sizeof *e->rows);
  for (size_t i = 0; i < e->count; i++) file_rows_get(&file, &domain, i, e->rows + i * domain.d);
  number_array_close(&file);
  return STATUS_OK;
}

/* As in a training, so that all digits agree. */
static size_t room_for(const job *work, size_t count) {
  const size_t batch = (size_t)value_get_number(value_get(work->config, "train"), "batch", 1);
  return run_room(batch, count,
                  value_get_number(value_get(work->config, "measure"), "samples", 0) > 0);
}

static status_code measure(run *r, arena *a, const evaluation *e, double *each, value **numbers,
                           failure *err) {
  const value *row;
  const measured_points on = {e->rows ? e->rows : r->data.test, e->count, each};
  float *w = memory_array(r->net.weights, sizeof *w);
  status_code status =
      saved_weights_read(a, &r->net, e->run, r->work->id, e->weights, w, &row, err);
  if (status == STATUS_OK)
    status = run_measure_points(r, &r->measurements[0], a, w, &on, value_new(a, VALUE_MAP), numbers,
                                err);
  free(w);
  if (status != STATUS_OK) return status;
  const char *solver = value_get_text(*numbers, "solver", "ok");
  if (strcmp(solver, "ok") == 0) return STATUS_OK;
  return failure_set(err, STATUS_DIVERGED, "%s.safetensors of %.200s: no NLL: %.300s", e->weights,
                     e->run, solver);
}

static status_code measure_and_write(run *r, arena *a, const evaluation *e, value **numbers,
                                     failure *err) {
  double *each = memory_array(e->count, sizeof *each);
  status_code status = measure(r, a, e, each, numbers, err);
  if (status == STATUS_OK) value_put_number(a, *numbers, "points", (double)e->count);
  if (status == STATUS_OK && e->out)
    status = npy_write(e->out, NPY_FLOAT64, 1, &e->count, each, err);
  free(each);
  return status;
}

status_code run_points(arena *a, const job *work, failure *err) {
  const double begun = clock_seconds();
  run r;
  value *numbers = NULL;
  evaluation e = {.run = value_get_text(work->request, "run", "."),
                  .weights = value_get_text(work->request, "weights", "best"),
                  .data = value_get_text(work->request, "data", NULL),
                  .out = value_get_text(work->request, "out", NULL)};
  e.count = (size_t)value_get_number(value_get(work->config, "dataset"), "test", 1);
  status_code status = e.data ? read_rows(a, work, &e, err) : STATUS_OK;
  if (status != STATUS_OK) return status;
  status = run_open(&r, a, work, room_for(work, e.count), err);
  if (status == STATUS_OK) {
    status = measure_and_write(&r, a, &e, &numbers, err);
    run_close(&r);
  }
  free(e.rows);
  if (status != STATUS_OK) return status;
  const result measured = {.kind = work->kind,
                           .id = work->id,
                           .status = RUN_DONE,
                           .numbers = numbers,
                           .seconds = clock_seconds() - begun,
                           .attempts = work->attempt};
  return result_write(arena_format(a, "%s/result.json", work->folder), &measured, err);
}
