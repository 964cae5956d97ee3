/* The state of a training run in a file: to go on after an interruption, and, where
 * train.keep_state asks for it, with a longer training (job/continuation.h). */
#ifndef JOB_CHECKPOINT_H
#define JOB_CHECKPOINT_H

#include "base/failure.h"
#include "host/network.h"
#include "job/job.h"
#include "job/training.h"

#define CHECKPOINT_FILE  "checkpoint.safetensors" /* while the training runs */
#define CHECKPOINT_STATE "state.safetensors"      /* at its end, with keep_state */

/* The file of this name in the run's folder: weights by tensor name, moments, average, counters,
 * losses, histories. It grows by 16 bytes an epoch, and by the JSON of a row a measurement. The
 * random numbers need no state: they are functions of the step. */
status_code checkpoint_save(const training *t, const network *net, const job *work,
                            const char *name, failure *err);

/* STATUS_OK with *found false where there is no checkpoint, or one of another run; or where it is
 * damaged, of an earlier version of hifm, does not fit the network or the number of steps of the
 * whole training, or best weights that it had are lost: then a note says so, and *t is as
 * training_open left it. A measurement that the checkpoint lacks is late. */
status_code checkpoint_load(training *t, network *net, const job *work, uint64_t steps, bool *found,
                            failure *err);

/* The CHECKPOINT_STATE of another run, with this identity, which had the same steps. Its best
 * weights are not in files of this run. A measurement that it did not make is late. After a failure
 * *t and the network's state may be in part those of the file. */
status_code checkpoint_load_state(training *t, network *net, const job *work, const char *folder,
                                  const char *id, uint64_t steps, failure *err);

/* For those who look at a run that is not finished: its step, NAN where no checkpoint can be read,
 * and the history of a measurement so far, in the arena; NULL: there is none. */
double checkpoint_look(arena *a, const char *folder, const char *measure_id, const value **history);

#endif
