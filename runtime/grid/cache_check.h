/* Is what runs are about to read from the cache what its jobs have written? */
#ifndef GRID_CACHE_CHECK_H
#define GRID_CACHE_CHECK_H

#include "base/failure.h"
#include "grid/jobs.h"

#include <stdio.h>

/* Looks at the files of every data and modes job that is done (job/contents.h), once, before the
 * first worker starts: workers map them as they are. Where one is missing or damaged, the folder's
 * result is dropped, so that the job runs again, and log (NULL: nothing) gets a line. The caller
 * holds the lock of the results folder. Fails where a file or result cannot be read now. */
status_code cache_check(const grid_job *jobs, size_t count, FILE *log, failure *err);

#endif
