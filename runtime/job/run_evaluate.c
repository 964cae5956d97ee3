/* The measure job: saved weights measured under other settings, without training. */
#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"
#include "job/checkpoint.h"
#include "job/metrics.h"
#include "job/progress.h"
#include "job/result.h"
#include "job/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a history row says of the weights, without its measurement. */
static value *weights_row(arena *a, const value *row) {
  static const char *const KEYS[] = {"epoch", "step", "loss", "gradient_norm"};
  value *out = value_new(a, VALUE_MAP);
  for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
    if (value_get(row, KEYS[i])) value_put(a, out, KEYS[i], value_get(row, KEYS[i]));
  return out;
}

static status_code measure_saved(run *r, arena *a, const char *name, float *w, value *history,
                                 failure *err) {
  const value *row;
  value *measured;
  status_code status = checkpoint_load_weights(a, &r->net, r->work->folder, name, w, &row, err);
  if (status == STATUS_OK) status = run_measure(r, a, w, weights_row(a, row), &measured, err);
  if (status == STATUS_OK) value_push(a, history, measured);
  return status;
}

static void report(const value *history, double done) {
  double best = NAN;
  for (size_t i = 0; i < history->count; i++)
    best = fmin(best, value_get_number(history->items[i], METRICS_BEST, NAN));
  progress_report(&(progress){.phase = "measure",
                              .done = done,
                              .total = 2,
                              .points = NAN,
                              .epoch = NAN,
                              .epochs = NAN,
                              .loss = NAN,
                              .best = best,
                              .measured = history->items[history->count - 1]});
}

/* The run's result has the epoch of its best weights: where their file is lost, the last weights
 * are not taken for them. */
static bool has_best(arena *a, const job *work) {
  const value *trained;
  const char *path = arena_format(a, "%s/result.json", work->folder);
  if (result_read(a, path, NULL, &trained, NULL) == STATUS_OK && trained)
    return value_get(value_get(trained, "numbers"), "best_epoch") != NULL;
  return files_exists(arena_format(a, "%s/best.safetensors", work->folder));
}

/* The best epoch (of the measurement made while training) and the last one, or the last alone. */
static status_code measure_all(run *r, arena *a, value *history, failure *err) {
  float *w = memory_array(r->net.weights, sizeof *w);
  status_code status = STATUS_OK;
  if (has_best(a, r->work)) {
    status = measure_saved(r, a, "best", w, history, err);
    if (status == STATUS_OK) report(history, 1);
  }
  if (status == STATUS_OK) {
    status = measure_saved(r, a, "last", w, history, err);
    if (status == STATUS_OK) report(history, 2);
  }
  free(w);
  if (status == STATUS_OK && history->count == 2 &&
      value_get_number(history->items[0], "step", -1) ==
          value_get_number(history->items[1], "step", -2))
    history->count = 1; /* the best epoch is the last */
  return status;
}

static value *baselines(run *r, arena *a) {
  double identity, gaussian;
  value *out = value_new(a, VALUE_MAP);
  likelihood_baselines(&r->data.domain, r->data.test, r->data.test_count, &identity, &gaussian);
  value_put_number(a, out, "nll_identity", identity);
  value_put_number(a, out, "nll_gaussian", gaussian);
  run_put_likelihood_start(r, a, out);
  return out;
}

status_code run_evaluate(arena *a, const job *work, failure *err) {
  const double begun = clock_seconds();
  run r;
  status_code status = run_open(&r, a, work, 0, err);
  if (status != STATUS_OK) return status;
  value *history = value_new(a, VALUE_LIST);
  status = measure_all(&r, a, history, err);
  const result measured = {.kind = work->kind,
                           .id = work->id,
                           .status = RUN_DONE,
                           .numbers = baselines(&r, a),
                           .history = history,
                           .seconds = clock_seconds() - begun,
                           .attempts = work->attempt};
  if (status == STATUS_OK)
    status = result_write(job_measure_path(a, work->folder, work->id), &measured, err);
  run_close(&r);
  return status;
}
