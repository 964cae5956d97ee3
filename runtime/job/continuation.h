/* A training goes on from the longest finished run of which it is the exact continuation.
 *
 * Such a run is in the same folder of runs, has the stem of this training (all that decides its
 * numbers but its length) and kept its state (train.keep_state). Its result says that the same
 * plugins, hifm, BLAS and processor made it. It has a complete history and the best weights of each
 * measurement that this training makes, and its last row is one that this training has, too. So all
 * numbers and weights are, bit for bit, those of a training from the start.
 *
 * The worker looks for it when it starts, not the scheduler: the folder of runs is then as it is
 * now, also where a shorter run of the same grid has just ended. */
#ifndef JOB_CONTINUATION_H
#define JOB_CONTINUATION_H

#include "job/run.h"
#include "job/training.h"

/* *found: t has the state of such a run, and a note says which. Else t is as training_open left it;
 * where there is such a run that cannot be used, a note says why. steps: of this training. Fails
 * only where files cannot be written. */
status_code continuation_begin(arena *a, run *r, training *t, uint64_t steps, bool *found,
                               failure *err);

#endif
