/* What a grid will need, before it runs: seconds, as past runs of like size took them, and bytes of
 * the disk. */
#ifndef FRONT_ESTIMATE_H
#define FRONT_ESTIMATE_H

#include "front/past_runs.h"
#include "grid/trial.h"

/* Of the trainings that are to do. A past run is of like size if it has the same network,
 * optimizer, number of points in a batch, kind of path, number of coordinates, number of
 * measurements and way to measure. Its time is a steps + b rows of measurements, with a, b >= 0
 * that are not known, so another training with n times the steps and m times the rows takes between
 * n and m times as long. low and high: of the fastest and the slowest tenth of these runs (with
 * fewer than ten the fastest and the slowest); seconds: of the middle one. All are for `parallel`
 * workers. */
typedef struct estimate_time {
  size_t trainings, known; /* to do; those for which there is a run of like size */
  size_t past;             /* the runs of like size */
  double seconds, low, high;
} estimate_time;

/* to_do [jobs]: will the job start? */
estimate_time estimate_time_make(const graph *g, const bool *to_do, const past_runs *past,
                                 const trial_facts *facts, size_t parallel);

/* Of each job [jobs] alone; NAN where it is not known. */
void estimate_time_each(const graph *g, const past_runs *past, const trial_facts *facts,
                        double *seconds);

/* Of all jobs that are to do, in bytes. */
typedef struct estimate_disk {
  double data, modes, runs; /* what stays */
  double checkpoints;       /* while `parallel` trainings run */
  size_t unknown;           /* jobs that are not counted: the size of their data is not known yet */
  size_t keeping;           /* trainings with train.keep = "all" */
  double kept;              /* files of weights that they write on the way */
  size_t stateful;          /* trainings that keep their state (train.keep_state) */
  double state;             /* its bytes, of all of them; part of runs */
} estimate_disk;

estimate_disk estimate_disk_make(const graph *g, const bool *to_do, const trial_facts *facts,
                                 size_t parallel);

#endif
