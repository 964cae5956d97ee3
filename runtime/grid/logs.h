/* The logs of workers: log.txt, all that they print. */
#ifndef GRID_LOGS_H
#define GRID_LOGS_H

#include "grid/jobs.h"

/* Opens the job's log to append to it; a symbolic link is not followed. Failures as in files_write.
 */
status_code logs_open(const grid_job *it, int *log, failure *err);

/* Of a log much longer than 8 MB, keeps the first 8 MB and the last lines, with a line between them
 * that says so. The worker may go on writing. */
void logs_cap(const grid_job *it);

#endif
