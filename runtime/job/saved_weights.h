/* Weights alone, in files of the run's folder, each with the history row that belongs to it.
 *
 * NAME.safetensors has the weights that the optimizer moves. With train.ema there is also
 * NAME_averaged.safetensors with their moving average. NAME: "last", saved_weights_best,
 * saved_weights_kept. */
#ifndef JOB_SAVED_WEIGHTS_H
#define JOB_SAVED_WEIGHTS_H

#include "base/failure.h"
#include "host/network.h"
#include "job/job.h"

/* w [weights]; name: as a file, without the ending. */
status_code saved_weights_write(const job *work, const network *net, const char *name,
                                const float *w, const value *row, failure *err);
/* *row is in the arena. STATUS_BAD_INPUT or STATUS_NO_INPUT, with the file and what to do, where it
 * is damaged, missing, of another network or not of the run with this identity. */
status_code saved_weights_read(arena *a, const network *net, const char *folder, const char *id,
                               const char *name, float *w, const value **row, failure *err);

/* The name of a file with the weights of this step, whatever it was saved for: they are a function
 * of run and step. Where only a damaged file of this step is left, it is that one: loading it
 * reports what is wrong. *name: NULL where there is none. What cannot be read now is an error. */
status_code saved_weights_find(arena *a, const char *folder, const char *id, bool averaged,
                               uint64_t step, const char **name, failure *err);

/* The same for the best step of a measurement; a damaged file of its best weights is found, too. */
status_code saved_weights_find_best(arena *a, const char *folder, const char *id,
                                    const char *measure_id, bool averaged, uint64_t step,
                                    const char **name, failure *err);

/* The name as a file: with its ending where the weights are averaged. */
const char *saved_weights_name(arena *a, const char *name, bool averaged);

/* Best weights of a measurement so far; weights of a step, with train.keep = "all". */
const char *saved_weights_best(arena *a, const char *measure_id);
const char *saved_weights_kept(arena *a, uint64_t step);

/* Does a resolved run measure averaged weights? */
bool saved_weights_are_averaged(const value *config);

#endif
