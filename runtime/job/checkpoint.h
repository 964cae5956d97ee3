/* The state of a training run between two steps, and how it is kept. */
#ifndef JOB_CHECKPOINT_H
#define JOB_CHECKPOINT_H

#include "base/failure.h"
#include "host/network.h"
#include "job/job.h"

typedef struct training {
  uint64_t step;             /* steps done */
  float *w, *m, *v;          /* weights and AdamW's moments, [weights] each */
  double loss_sum, norm_sum; /* since the last row of history */
  uint64_t loss_count;
  double best_nll; /* of the rows so far; INFINITY: none */
  double best_epoch;
  double seconds; /* worked, over all attempts */
  arena *memory;  /* of history */
  value *history; /* LIST of rows, see job/job.h */
} training;

void training_open(training *t, arena *a, size_t weights);
void training_close(training *t);

/* checkpoint.safetensors in the run's folder: weights by tensor name, moments, counters, history.
 * The random numbers need no state: they are functions of the step. */
status_code checkpoint_save(const training *t, const network *net, const job *work, failure *err);

/* STATUS_OK with *found false where there is none. One of another run, another network or torn is
 * STATUS_BAD_INPUT, with what to do. */
status_code checkpoint_load(training *t, const network *net, const job *work, bool *found,
                            failure *err);

/* Weights alone with the history row they belong to: last.safetensors, best.safetensors. */
status_code checkpoint_save_weights(const training *t, const network *net, const job *work,
                                    const char *name, const value *row, failure *err);
status_code checkpoint_load_weights(arena *a, const network *net, const job *work, const char *name,
                                    float *w, const value **row, failure *err);

#endif
