/* Results that another machine has written may become visible late on a shared file system. */
#ifndef GRID_LATE_RESULTS_H
#define GRID_LATE_RESULTS_H

#include "grid/jobs.h"

/* Waits until the jobs that are expected have their results, for some 90 s at most (caches of NFS
 * keep for 60 s that a file is not there). expected [count]: is set to false where a result was
 * seen. Fails as job_look does. */
status_code late_results_wait(const grid_job *jobs, bool *expected, size_t count, failure *err);

#endif
