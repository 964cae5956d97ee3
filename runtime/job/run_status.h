/* What became of a run. */
#ifndef JOB_RUN_STATUS_H
#define JOB_RUN_STATUS_H

#include "base/value.h"

/* The constant, and its word in result.json and in the CSV files. */
#define RUN_STATUS_LIST(X)                                                                         \
  X(RUN_DONE, "done")                                                                              \
  X(RUN_DIVERGED, "diverged") /* ended with numbers that are not finite: a result, too */          \
  X(RUN_FAILED, "failed")     /* its job ended with an error: no result */                         \
  X(RUN_MISSING, "missing")   /* no result yet */

#define RUN_STATUS_CONSTANT(constant, word) constant,
typedef enum run_status { RUN_STATUS_LIST(RUN_STATUS_CONSTANT) RUN_STATUS_COUNT } run_status;
#undef RUN_STATUS_CONSTANT

const char *run_status_word(run_status status);

/* The status that a word names; RUN_MISSING for a word that names none. */
run_status run_status_of(const char *word);

/* The status in the content of a result file; RUN_DONE where the file has none. */
run_status run_status_in(const value *result);

#endif
