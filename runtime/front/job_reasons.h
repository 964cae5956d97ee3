/* Why a job is still to do: of `hifm why SCRIPT` and `hifm run SCRIPT --dry-run`. */
#ifndef FRONT_JOB_REASONS_H
#define FRONT_JOB_REASONS_H

#include "front/past_runs.h"
#include "front/session.h"

typedef struct job_reason {
  const char *brief; /* "another optimizer.lr": one job in a list */
  const char
      *reason; /* "new: the nearest finished run has another optimizer.lr": a group of jobs */
  const char *example; /* of such a group: the label of this job, and what is its own */
  bool skipped;        /* it will not start: it, or what it needs, would fail again */
} job_reason;

/* reasons [jobs]: all NULL where the job is done. */
status_code job_reasons_find(const session *s, const past_runs *past, job_reason *reasons,
                             failure *err);

#endif
