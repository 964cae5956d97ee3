/* Jobs that would have the same label on the screen. */
#ifndef GRID_JOB_LABELS_H
#define GRID_JOB_LABELS_H

#include "grid/jobs.h"

/* Adds the digits of their folder in the cache to the labels of data and modes jobs that are equal:
 * "data set mcmc (1f0c2ab4)". */
void job_labels_distinguish(arena *a, grid_job *jobs, size_t count);

#endif
