/* What the scheduler knows about its jobs without running them: which is next, which files. */
#ifndef GRID_JOBS_H
#define GRID_JOBS_H

#include "base/failure.h"
#include "grid/schedule.h"

/* The first waiting job at or after *first whose needs are done, or NULL. On the way *first moves
 * past jobs that wait no more, and jobs that can never run become JOB_BLOCKED. */
schedule_job *jobs_next(schedule_job *jobs, size_t count, size_t *first);

/* Sets every job to JOB_DONE or JOB_WAITING by its result; `done`: how many are done. A failure as
 * of job_look: a result that cannot be read may be a finished one. */
status_code jobs_reset(schedule_job *jobs, size_t count, size_t *done, failure *err);

/* Before anything is started: STATUS_NO_INPUT where a data job that is not done lacks files of the
 * user's. */
status_code jobs_check_inputs(const schedule_job *jobs, size_t count, failure *err);

/* Writes the job file, with the number of this attempt, and opens the log for appending. */
typedef struct jobs_files {
  char job[4096], log[4096];
  int descriptor; /* of the log; the caller closes it; -1 on failure */
  long log_start; /* where this attempt's part begins */
} jobs_files;
status_code jobs_prepare(const schedule_job *it, jobs_files *files, failure *err);

/* This process's environment with what workers need set, among it the only folder of plugins
 * (NULL: as usual); the list is released with free(), and is good until the next call. */
char **jobs_environment(const char *plugins);

#endif
