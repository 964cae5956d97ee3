/* The state of a training run between two steps: weights, moments, sums, history. */
#ifndef JOB_TRAINING_H
#define JOB_TRAINING_H

#include "base/value.h"

#include <stdint.h>

typedef struct training {
  uint64_t step;             /* steps done */
  float *w, *m, *v;          /* weights and AdamW's moments, [weights] each */
  double loss_sum, norm_sum; /* since the last row of history */
  uint64_t loss_count;
  double best;       /* smallest METRICS_BEST of the rows so far; INFINITY: none */
  double best_epoch; /* of that row */
  double seconds;    /* worked, over all attempts */
  arena *memory;     /* of history */
  value *history;    /* LIST of rows, see job/job.h */
} training;

void training_open(training *t, arena *a, size_t weights);
void training_close(training *t);

/* Back to what training_open made. */
void training_reset(training *t, size_t weights);

/* Loss and norm of the gradient of one step, for the means of the next row. */
void training_add(training *t, double loss, double gradient_norm);

/* A new row without a measurement: epoch, step, and the means of loss and gradient_norm since the
 * last row. */
value *training_row(const training *t, double epoch);

/* Appends a measured row and begins new means; true where the row is the best so far. */
bool training_record(training *t, const value *row);

/* The last row, or NULL. */
const value *training_last(const training *t);

#endif
