/* What runs have left: their results, read by several threads. */
#ifndef REPORT_OUTCOMES_H
#define REPORT_OUTCOMES_H

#include "base/failure.h"
#include "plan/run_row.h"

typedef struct outcome {
  const value *train, *measure; /* results; NULL: none */
  const value **audits;         /* [audit_count]; NULL: none */
  run_status status;
} outcome;

/* Rows that are read at once: enough for several threads, few enough for the memory. */
enum { OUTCOMES_MOST = 128 };

/* Reads the results of `count` rows, at most OUTCOMES_MOST. Everything lives in the arena. A
 * damaged result counts as missing; one that cannot be read now is a failure. */
status_code outcomes_read(arena *a, const run_row *rows, size_t count, size_t audit_count,
                          outcome *out, failure *err);

#endif
