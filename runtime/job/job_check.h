/* Is what a job file says possible? Workers read it from the disk, where it may have been damaged
 * or edited. */
#ifndef JOB_JOB_CHECK_H
#define JOB_JOB_CHECK_H

#include "job/job.h"

/* Checks type and range of every key, and of the settings of every section, except those of
 * plugins, which are checked when the plugins are bound. Unknown keys are let through: an earlier
 * version may have written them. STATUS_BAD_INPUT names the file (path) and the key;
 * STATUS_BAD_CONFIG a plugin that is not found. */
status_code job_check(arena *a, const char *path, const job *work, const value *file, failure *err);

#endif
