/* The measure job: other settings of the likelihood on weights that were kept, without training. */
#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"
#include "job/checkpoint.h"
#include "job/progress.h"
#include "job/result.h"
#include "job/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The columns of a history row that belong to the weights, not to a measurement. */
static value *keep_facts(arena *a, const value *row) {
  static const char *const keys[] = {"epoch", "step", "loss", "gradient_norm"};
  value *out = value_new(a, VALUE_MAP);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (value_get(row, keys[i])) value_put(a, out, keys[i], value_get(row, keys[i]));
  return out;
}

static status_code measure_kept(run *r, arena *a, const char *name, float *w, value *history,
                                double *least, failure *err) {
  const value *row;
  value *fresh;
  status_code status = checkpoint_load_weights(a, &r->net, r->work, name, w, &row, err);
  if (status == STATUS_OK) status = run_measure(r, a, w, keep_facts(a, row), &fresh, err);
  if (status != STATUS_OK) return status;
  value_push(a, history, fresh);
  const double nll = value_get_number(fresh, "nll", NAN), nfe = value_get_number(fresh, "nfe", NAN);
  *least = fmin(*least, nll);
  progress_tell(&(progress){"measure", strcmp(name, "last") == 0 ? 2 : 1, 2, NAN, NAN, NAN, NAN,
                            nll, nfe, *least});
  return STATUS_OK;
}

/* The best epoch (of the measurement made while training) and the last one, or the last alone. */
static status_code measure_all(run *r, arena *a, value *history, failure *err) {
  float *w = memory_array(r->net.weights, sizeof *w);
  const char *best = arena_format(a, "%s/best.safetensors", r->work->folder);
  status_code status = STATUS_OK;
  double least = NAN;
  if (files_exists(best)) status = measure_kept(r, a, "best", w, history, &least, err);
  if (status == STATUS_OK) status = measure_kept(r, a, "last", w, history, &least, err);
  free(w);
  if (status == STATUS_OK && history->count == 2 &&
      value_get_number(history->items[0], "step", -1) ==
          value_get_number(history->items[1], "step", -2))
    history->count = 1; /* the best epoch is the last */
  return status;
}

static value *anchors(run *r, arena *a) {
  double identity, gaussian;
  value *out = value_new(a, VALUE_MAP);
  likelihood_baselines(&r->data.domain, r->data.test, r->data.test_count, &identity, &gaussian);
  value_put_number(a, out, "nll_identity", identity);
  value_put_number(a, out, "nll_gaussian", gaussian);
  run_put_start(r, a, out);
  return out;
}

status_code run_evaluate(arena *a, const job *work, failure *err) {
  const double begun = clock_seconds();
  run r;
  status_code status = run_open(&r, a, work, err);
  if (status != STATUS_OK) return status;
  value *history = value_new(a, VALUE_LIST);
  status = measure_all(&r, a, history, err);
  const result measured = {.kind = work->kind,
                           .id = work->id,
                           .status = RUN_DONE,
                           .numbers = anchors(&r, a),
                           .history = history,
                           .seconds = clock_seconds() - begun,
                           .attempts = work->attempt};
  if (status == STATUS_OK)
    status = result_write(job_measure_path(a, work->folder, work->id), &measured, err);
  run_close(&r);
  return status;
}
