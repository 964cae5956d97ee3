/* The losses of a training: sums of loss and norm of the gradient over the steps of each epoch.
 *
 * A training keeps them in its checkpoint. At its end it writes losses.npy, float64 [epochs, 2],
 * whose hash is in the result (job/contents.h). Where steps were skipped (train.skip_nonfinite),
 * the sums are without them, and a third column has their number. */
#ifndef JOB_LOSSES_H
#define JOB_LOSSES_H

#include "base/failure.h"
#include "base/value.h"

#define LOSSES_FILE "losses.npy"

typedef struct losses_epoch {
  double loss, gradient_norm;
} losses_epoch;

typedef struct losses {
  losses_epoch *epochs; /* [count]; the last one may have begun only */
  double *skipped;      /* [count]: steps of the epoch that are not in its sums */
  size_t count, room;
} losses;

/* A further epoch, with sums of 0. */
void losses_begin_epoch(arena *a, losses *l);

/* Skipped steps of all epochs. */
double losses_skipped(const losses *l);

status_code losses_write(const losses *l, const char *folder, failure *err);

/* Of a training whose result is in this folder. *out is in the arena; NULL where hifm trained
 * before it kept losses. Those that it kept in the result itself are read, too. STATUS_BAD_INPUT or
 * STATUS_NO_INPUT, with the file and what to do, where the file is damaged or missing. */
status_code losses_read(arena *a, const char *folder, const value *trained, const losses **out,
                        failure *err);

#endif
