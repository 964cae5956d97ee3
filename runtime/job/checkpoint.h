/* The files of a training run: its checkpoint and its weights. */
#ifndef JOB_CHECKPOINT_H
#define JOB_CHECKPOINT_H

#include "base/failure.h"
#include "host/network.h"
#include "job/job.h"
#include "job/training.h"

/* checkpoint.safetensors in the run's folder: weights by tensor name, moments, counters, history.
 * The random numbers need no state: they are functions of the step. */
status_code checkpoint_save(const training *t, const network *net, const job *work, failure *err);

/* STATUS_OK with *found false where there is no checkpoint, or one of another run or measurement;
 * or where it is damaged, does not fit the network or the number of steps of the whole training, or
 * its best weights are lost: then a note says so, and *t is as training_open left it. A checkpoint
 * of an earlier version carries no hash and is used: a training outlives a new version of hifm. */
status_code checkpoint_load(training *t, const network *net, const job *work, uint64_t steps,
                            bool *found, failure *err);

/* Weights alone with the history row that belongs to them: <folder>/<name>.safetensors, name "last"
 * or "best". */
status_code checkpoint_save_weights(const training *t, const network *net, const job *work,
                                    const char *name, const value *row, failure *err);
/* w [weights]; *row is in the arena. STATUS_BAD_INPUT or STATUS_NO_INPUT, with the file and what to
 * do, where it is damaged, missing or of another network. */
status_code checkpoint_load_weights(arena *a, const network *net, const char *folder,
                                    const char *name, float *w, const value **row, failure *err);

#endif
