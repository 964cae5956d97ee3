/* Jobs on the saved weights of a run: what hifm sample and hifm evaluate share.
 *
 * The worker gets a temporary folder: a grid may be running in the results folder, and nothing
 * there is touched. */
#ifndef FRONT_WEIGHTS_JOB_H
#define FRONT_WEIGHTS_JOB_H

#include "base/value.h"
#include "front/options.h"
#include "job/job.h"

typedef struct weights_job {
  job_kind kind;              /* its word is also the name of the command */
  const char *makes;          /* "samples", in messages */
  const char *const *allowed; /* what --set may change (weights_settings.h) */
} weights_job;

/* --weights is best, last or not given. */
status_code weights_job_check(arena *a, const options *given, failure *err);

/* Can this file be written (NULL: there is none)? A mistake in a path is reported before the work
 * is done. */
status_code weights_job_check_writable(const char *path, failure *err);

/* Runs the job on the run in this folder, and returns as the command does. request: what the job
 * file asks for (job.h), without "run" and "weights"; it is changed. *made is the result where
 * STATUS_OK is returned. */
status_code weights_job_run(arena *a, const weights_job *it, const options *given, const char *run,
                            value *request, const value **made, failure *err);

#endif
