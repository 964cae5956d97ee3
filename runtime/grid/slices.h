/* The jobs of a grid that are still to do, cut into slices: parts that several machines can do at
 * the same time. All jobs that write into one folder are in one slice. */
#ifndef GRID_SLICES_H
#define GRID_SLICES_H

#include "base/memory.h"
#include "grid/jobs.h"

/* Data sets and eigendecompositions, which the other slices need, are slice 0. */
enum { SLICES_PREPARE = 0 };
#define SLICES_NONE                                                                                \
  SIZE_MAX /* done, or it cannot be done: it would fail again, or what it needs                    \
            */

typedef struct slices {
  size_t count;     /* without slice 0 */
  size_t *of;       /* [jobs] 0, or 1 to count, or SLICES_NONE */
  size_t *jobs;     /* [count + 1] how many are in each slice */
  double *seconds;  /* [count + 1] estimated; 0 where no past run of like size is known */
  size_t job_count; /* in slices 1 to count */
} slices;

/* jobs: as jobs_reset has left them, and those that are JOB_DONE or JOB_FAILED are left out.
 * seconds [count]: estimates, NAN: not known (then a job counts as an average one). most: slices at
 * most. Slices have about equal sums of seconds. */
slices slices_cut(arena *a, const grid_job *jobs, size_t count, const double *seconds, size_t most);

#endif
