/* The shell script of a recipe that fetches the files of a data set. */
#ifndef JOB_FETCH_SCRIPT_H
#define JOB_FETCH_SCRIPT_H

#include "base/failure.h"

/* Runs `sh script folder`, the folder made absolute, to its end; its output goes to standard error,
 * the log. STATUS_NO_INPUT names its exit status or signal; STATUS_INTERRUPTED where the worker was
 * asked to stop: the signal goes to the whole process group, so also to the script. */
status_code fetch_script_run(const char *script, const char *folder, failure *err);

#endif
