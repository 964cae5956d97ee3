/* The body of `hifm worker`. */
#ifndef JOB_WORKER_H
#define JOB_WORKER_H

#include "base/failure.h"

/* Runs the job file to its end. Returns the status that the process exits with (STATUS_INTERRUPTED
 * after a clean stop on SIGTERM or SIGINT with a checkpoint written). */
status_code worker_run(const char *path, failure *err);

#endif
