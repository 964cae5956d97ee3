/* What train, measure and sample jobs share: a resolved run, bound to plugins and data. */
#ifndef JOB_RUN_H
#define JOB_RUN_H

#include "base/failure.h"
#include "host/flow.h"
#include "host/network.h"
#include "job/dataset.h"
#include "job/job.h"
#include "job/settings.h"

typedef struct run {
  const job *work;
  dataset data;
  network net;
  hifm_bound network_plugin;
  optimizer_settings optimizer;
  train_settings train;
  measure_settings measure;
  flow_settings flow;
  uint32_t seed;
} run;

/* The network serves batches of up to `points` points; 0: a training batch or all test points,
 * whichever is more. */
status_code run_open(run *r, arena *a, const job *work, size_t points, failure *err);
void run_close(run *r);

/* Measures weights on the test points: *row is a copy of weights_row (training_row: what belongs to
 * the weights) with every metric of METRICS and "solver". */
status_code run_measure(run *r, arena *a, const float *w, const value *weights_row, value **row,
                        failure *err);

/* Adds "likelihood_start" to a result's numbers where likelihoods do not begin at z = 1. */
void run_put_likelihood_start(const run *r, arena *a, value *numbers);

/* The jobs themselves. */
status_code run_train(arena *a, const job *work, failure *err);
status_code run_evaluate(arena *a, const job *work, failure *err);
status_code run_sample(arena *a, const job *work, failure *err);

#endif
