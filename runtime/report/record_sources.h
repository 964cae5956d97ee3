/* Where the numbers of a measurement are: rows of its history. */
#ifndef REPORT_RECORD_SOURCES_H
#define REPORT_RECORD_SOURCES_H

#include "plan/run_row.h"
#include "report/outcomes.h"

typedef struct record_sources {
  const value *train, *measure; /* results */
  const value *history;         /* NULL: not complete */
  const value *best, *last;     /* rows; NULL: none */
} record_sources;

/* Of the row's own measurement. */
record_sources record_sources_own(arena *a, const run_row *row, const outcome *o);

/* Of an audit; own: those of the row's own measurement. */
record_sources record_sources_audit(const run_row *row, size_t audit, const outcome *o,
                                    const record_sources *own);

#endif
