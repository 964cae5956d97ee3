/* The result file that ends a job. */
#ifndef JOB_RESULT_H
#define JOB_RESULT_H

#include "base/failure.h"
#include "job/job.h"
#include "job/run_status.h"

typedef struct result {
  job_kind kind;
  const char *id;
  const char *stem;               /* of a training that can be continued; NULL: it cannot */
  run_status status;              /* RUN_DONE or RUN_DIVERGED */
  const char *message;            /* NULL: none */
  const value *numbers, *history; /* NULL: none */
  const value *measurement;       /* of a measure job: as in its job file */
  const value *files;             /* job/contents.h */
  const char *points;             /* job/point_values.h; NULL: none */
  const char *late;         /* why the history is not complete; NULL: it is, or is an audit's */
  double seconds, attempts; /* over all attempts; workers that were started */
  const char *data, *modes; /* folders that the job has read; NULL: none */
} result;

/* In "provenance": the plugins that made the result, "energy/x" -> { RESULT_CODE, RESULT_DEFAULTS
 * }, hashes of the plugin's file and of the defaults of its settings. Those that made the data sets
 * and eigendecompositions are among them, with the hashes of that time. */
#define RESULT_USED     "used"
#define RESULT_CODE     "code"
#define RESULT_DEFAULTS "defaults"

enum { RESULT_LARGEST = 64 << 20 }; /* bytes of the file */

/* The result without its provenance. */
value *result_body(arena *a, const result *r);

/* The result, with its provenance and its hash (json_sealed), written atomically to path. */
status_code result_write(const char *path, const result *r, failure *err);

/* The result in this file, *out in the arena, where it is one of this identity (NULL: of any); else
 * *out is NULL. STATUS_OK also where the file is missing or has another identity. STATUS_BAD_INPUT
 * says what is wrong with a file that cannot be believed: not JSON, other bytes than were written,
 * no id, an unknown status, a measurement without history. Others: it cannot be read now. */
status_code result_read(arena *a, const char *path, const char *id, const value **out,
                        failure *err);

/* What would not make the same bits: the version, compiler, BLAS or processor by its key in
 * "provenance", or a plugin that this process has opened ("energy/x"), where it is not the one that
 * made a result. NULL: all are the same. */
const char *result_other_maker(arena *a, const value *made);

/* Has this file the result of this identity? The same as result_read, but quicker: of a file with
 * its own hash only the id is read. */
status_code result_look(const char *path, const char *id, bool *found, failure *err);

/* "model name" of the first processor, "unknown" where the system has none: for provenance. */
const char *result_processor(void);

#endif
