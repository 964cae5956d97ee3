/* The state of a training run between two steps: weights, moments, losses, histories. */
#ifndef JOB_TRAINING_H
#define JOB_TRAINING_H

#include "base/text.h"
#include "base/value.h"
#include "job/job.h"
#include "job/losses.h"

#include <stdint.h>

/* One of the measurements that are made on the way. */
typedef struct training_history {
  const job_measurement *asked;
  uint64_t every;   /* in steps */
  value *rows;      /* LIST, see job/history.h */
  text_buffer text; /* the rows as JSON, without the bracket at the end: for checkpoints */
  bool saved;       /* its best weights so far are in a file (saved_weights_best) */
  double best;      /* smallest METRICS_BEST of the rows; INFINITY: none */
  bool late;        /* asked for after the first steps: its rows cannot be complete */
} training_history;

typedef struct training {
  uint64_t step;    /* steps done */
  float *w, *m, *v; /* weights and AdamW's moments, [weights] each */
  double *average;  /* [weights], moving average of w; NULL: there is none */
  float *rounded;   /* [weights], the same as floats: see training_weights */
  size_t weights;
  uint64_t steps_per_epoch;
  uint64_t skipped, skipped_in_a_row; /* steps: all of them, the last ones */
  losses sums;                        /* of all epochs that have begun */
  double seconds;                     /* worked, over all attempts */
  arena *memory;                      /* of the lists */
  training_history *histories;        /* [history_count], as the job asks for them */
  size_t history_count;
} training;

/* work: asks for the measurements. */
void training_open(training *t, arena *a, size_t weights, const job *work,
                   uint64_t steps_per_epoch);
void training_close(training *t);

/* Back to what training_open made; work: the same. */
void training_reset(training *t, size_t weights, const job *work);

/* Before the first step: the average is that of the initial weights alone. */
void training_begin_average(training *t);

/* The weights as they are saved and measured, valid until the next call. */
const float *training_weights(training *t, bool averaged);

/* Loss and norm of the gradient of the last of `step` steps, for the sums of its epoch. */
void training_add(training *t, double loss, double gradient_norm);

/* The last of `step` steps was skipped: it has no part in these sums. */
void training_skip(training *t);

/* The epochs that have begun after so many steps. */
uint64_t training_epochs(const training *t, uint64_t step);

/* The mean loss of this epoch so far; NAN before its first step. */
double training_loss(const training *t);

/* A row of this step without a measurement, with means since the last row of h. */
value *training_row(const training *t, const training_history *h);

/* Sets the rows of a history, and its best. */
void training_set_rows(training *t, training_history *h, const value *rows);

/* Appends a measured row; true where the row is the best so far. */
bool training_record(training *t, training_history *h, const value *row);

#endif
