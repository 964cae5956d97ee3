/* The result file that ends a job. */
#ifndef JOB_RESULT_H
#define JOB_RESULT_H

#include "base/failure.h"
#include "job/job.h"
#include "job/run_status.h"

typedef struct result {
  job_kind kind;
  const char *id;
  run_status status;              /* RUN_DONE or RUN_DIVERGED */
  const char *message;            /* NULL: none */
  const value *numbers, *history; /* NULL: none */
  const value *files;             /* job/contents.h; NULL: none */
  double seconds, attempts;       /* over all attempts; workers that were started */
} result;

/* { job, id, status, message, numbers, history, files, provenance, content } written atomically to
 * path; content: of json_sealed. */
status_code result_write(const char *path, const result *r, failure *err);

/* The result in this file, *out in the arena, where it is one of this identity (NULL: of any); else
 * *out is NULL. STATUS_OK also where the file is missing or has another identity. STATUS_BAD_INPUT
 * says what is wrong with a file that cannot be believed: not JSON, other bytes than were written,
 * no id, an unknown status, a measurement without history. Others: it cannot be read now. */
status_code result_read(arena *a, const char *path, const char *id, const value **out,
                        failure *err);

#endif
