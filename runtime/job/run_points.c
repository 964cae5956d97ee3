/* The evaluate job: every metric of saved weights at the test points of its data set. */
#include "base/clock.h"
#include "base/memory.h"
#include "base/npy.h"
#include "job/result.h"
#include "job/run.h"
#include "job/saved_weights.h"

#include <stdlib.h>
#include <string.h>

/* What the job file asks for. */
typedef struct evaluation {
  const char *run, *weights;
  const char *out; /* NULL: not given */
} evaluation;

static status_code measure(run *r, arena *a, const evaluation *e, double *each, value **numbers,
                           failure *err) {
  const value *row;
  const run_measurement *how = &r->measurements[0];
  const measured_points on = {how->points, how->count, each};
  float *w = memory_array(r->net.weights, sizeof *w);
  status_code status =
      saved_weights_read(a, &r->net, e->run, r->work->id, e->weights, w, &row, err);
  if (status == STATUS_OK)
    status = run_measure_points(r, how, a, w, &on, value_new(a, VALUE_MAP), numbers, err);
  free(w);
  if (status != STATUS_OK) return status;
  const char *solver = value_get_text(*numbers, "solver", "ok");
  if (strcmp(solver, "ok") == 0) return STATUS_OK;
  return failure_set(err, STATUS_DIVERGED, "%s.safetensors of %.200s: no NLL: %.300s", e->weights,
                     e->run, solver);
}

static status_code measure_and_write(run *r, arena *a, const evaluation *e, value **numbers,
                                     failure *err) {
  const size_t count = r->measurements[0].count;
  double *each = memory_array(count, sizeof *each);
  status_code status = measure(r, a, e, each, numbers, err);
  if (status == STATUS_OK) value_put_number(a, *numbers, "points", (double)count);
  if (status == STATUS_OK && e->out) status = npy_write(e->out, NPY_FLOAT64, 1, &count, each, err);
  free(each);
  return status;
}

status_code run_points(arena *a, const job *work, failure *err) {
  const double begun = clock_seconds();
  run r;
  value *numbers = NULL;
  const evaluation e = {.run = value_get_text(work->request, "run", "."),
                        .weights = value_get_text(work->request, "weights", "best"),
                        .out = value_get_text(work->request, "out", NULL)};
  status_code status = run_open(&r, a, work, 0, err);
  if (status != STATUS_OK) return status;
  status = measure_and_write(&r, a, &e, &numbers, err);
  run_close(&r);
  if (status != STATUS_OK) return status;
  const result measured = {.kind = work->kind,
                           .id = work->id,
                           .status = RUN_DONE,
                           .numbers = numbers,
                           .seconds = clock_seconds() - begun,
                           .attempts = work->attempt};
  return result_write(arena_format(a, "%s/result.json", work->folder), &measured, err);
}
