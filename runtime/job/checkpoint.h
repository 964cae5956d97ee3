/* The files of a training run: its checkpoint and its weights. */
#ifndef JOB_CHECKPOINT_H
#define JOB_CHECKPOINT_H

#include "base/failure.h"
#include "host/network.h"
#include "job/job.h"
#include "job/training.h"

/* checkpoint.safetensors in the run's folder: weights by tensor name, moments, counters, losses,
 * histories. It grows by 16 bytes an epoch, and by the JSON of a row a measurement. The random
 * numbers need no state: they are functions of the step. */
status_code checkpoint_save(const training *t, const network *net, const job *work, failure *err);

/* STATUS_OK with *found false where there is no checkpoint, or one of another run; or where it is
 * damaged, of an earlier version of hifm, does not fit the network or the number of steps of the
 * whole training, or best weights that it had are lost: then a note says so, and *t is as
 * training_open left it. A measurement that the checkpoint lacks is late. */
status_code checkpoint_load(training *t, const network *net, const job *work, uint64_t steps,
                            bool *found, failure *err);

/* For those who look at a run that is not finished: its step, NAN where no checkpoint can be read,
 * and the history of a measurement so far, in the arena; NULL: there is none. */
double checkpoint_look(arena *a, const char *folder, const char *measure_id, const value **history);

/* Weights alone with the history row that belongs to them: <folder>/<name>.safetensors. Names:
 * "last", checkpoint_best_name, checkpoint_weights_name. */
status_code checkpoint_save_weights(const training *t, const network *net, const job *work,
                                    const char *name, const value *row, failure *err);
/* w [weights]; *row is in the arena. STATUS_BAD_INPUT or STATUS_NO_INPUT, with the file and what to
 * do, where it is damaged, missing, of another network or not of the run with this identity. */
status_code checkpoint_load_weights(arena *a, const network *net, const char *folder,
                                    const char *id, const char *name, float *w, const value **row,
                                    failure *err);

/* The name of a file with the weights of this step, whatever it was saved for: they are a function
 * of run and step. Where only a damaged file of this step is left, it is that one: loading it
 * reports what is wrong. NULL: there is none. */
const char *checkpoint_find_weights(arena *a, const char *folder, const char *id, uint64_t step);

/* The same for the best step of a measurement; a damaged file of its best weights is found, too. */
const char *checkpoint_find_best(arena *a, const char *folder, const char *id,
                                 const char *measure_id, uint64_t step);

/* Best weights of a measurement so far; weights of a step, with train.keep = "all". */
const char *checkpoint_best_name(arena *a, const char *measure_id);
const char *checkpoint_weights_name(arena *a, uint64_t step);

#endif
