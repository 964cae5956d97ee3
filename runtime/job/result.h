/* The result file that ends a job. */
#ifndef JOB_RESULT_H
#define JOB_RESULT_H

#include "base/failure.h"
#include "job/job.h"
#include "job/run_status.h"

typedef struct result {
  const char *kind, *id;
  run_status status;              /* RUN_DONE or RUN_DIVERGED */
  const char *message;            /* NULL: none */
  const value *numbers, *history; /* NULL: none */
  double seconds, attempts;       /* over all attempts; workers that were started */
} result;

/* { job, id, status, message, numbers, history, provenance } written atomically to path. */
status_code result_write(const char *path, const result *r, failure *err);

#endif
