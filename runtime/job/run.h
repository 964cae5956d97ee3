/* What jobs about a run share: a resolved run, bound to plugins and data. */
#ifndef JOB_RUN_H
#define JOB_RUN_H

#include "base/failure.h"
#include "host/energy.h"
#include "host/flow.h"
#include "host/network.h"
#include "job/dataset.h"
#include "job/job.h"
#include "job/losses.h"
#include "job/settings.h"

/* One way to measure. Its network has room for its own points, so that a number does not depend on
 * the other measurements, or on how a training cuts its batches. */
typedef struct run_measurement {
  const job_measurement *asked;
  measure_settings settings;
  const double *points; /* [count, d]: test or validation points */
  size_t count;
  double *own_points; /* the points, where they are of an own file (job/own_points.h) */
  energy *target;     /* of the data; NULL: no samples are drawn */
  bool averaged;      /* it measures averaged weights */
  network own;        /* where the run's has too little room, or other microbatches */
  network *net;       /* own, or the run's */
} run_measurement;

typedef struct run {
  const job *work;
  dataset data; /* with the most points of all measurements */
  network net;
  hifm_bound network_plugin;
  optimizer_settings optimizer;
  train_settings train;
  flow_settings flow;
  uint32_t seed;
  run_measurement *measurements; /* [work->measurement_count] */
} run;

/* The points that the network of a measurement has room for, on which last digits depend: those of
 * a training batch, or more where it measures more, or draws samples. */
size_t run_room(size_t batch, size_t count, bool draws);

/* r->net serves batches of up to `points` points; 0: a training batch. */
status_code run_open(run *r, arena *a, const job *work, size_t points, failure *err);
void run_close(run *r);

/* Measures weights on its points: *row is a copy of weights_row (history_row: what belongs to
 * the weights) with every metric of METRICS and "solver". */
status_code run_measure(run *r, const run_measurement *how, arena *a, const float *w,
                        const value *weights_row, value **row, failure *err);

typedef struct measured_points {
  const double *points; /* [count, d] */
  size_t count;
  double *each; /* [count]: the NLL of each point; NULL: not asked for */
} measured_points;

/* The same on any points that how->net has room for. */
status_code run_measure_points(run *r, const run_measurement *how, arena *a, const float *w,
                               const measured_points *on, const value *weights_row, value **row,
                               failure *err);

/* Why a history is not complete, as results have it. */
#define RUN_LATE    "asked for after training"
#define RUN_REMOVED "removed"

/* The history of a measurement of a finished training, from what is in its folder: read out of a
 * finer one, or measured at the weights of each epoch, or of the last step alone. trained: the
 * result of the training; sums: its losses, or NULL (losses_read). *late is NULL where the history
 * is complete. */
status_code run_late_history(run *r, const run_measurement *how, arena *a, const value *trained,
                             const losses *sums, const value **history, const char **late,
                             failure *err);

/* Adds "likelihood_start" to a result's numbers where likelihoods do not begin at z = 1. */
void run_put_likelihood_start(const run *r, arena *a, value *numbers);

/* The jobs themselves. */
status_code run_train(arena *a, const job *work, failure *err);
status_code run_evaluate(arena *a, const job *work, failure *err);
status_code run_sample(arena *a, const job *work, failure *err);
status_code run_points(arena *a, const job *work, failure *err);

#endif
