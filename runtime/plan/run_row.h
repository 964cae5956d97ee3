/* A row of the plan as a run: what it is called, where its results are, what became of it. */
#ifndef PLAN_RUN_ROW_H
#define PLAN_RUN_ROW_H

#include "base/value.h"
#include "job/run_status.h"

typedef struct run_row {
  const value *cells; /* column -> text, of the plan */
  const char *folder; /* of the train job */
  const char *train_id, *measure_id;
  const char *const *audit_ids; /* measure id per audit, NULL-ended */
  const value *config;          /* resolved */
  run_status status;
  const char *reason;       /* FAILED: why; else "" or NULL */
  bool skipped;             /* FAILED: before, and it was not tried again */
  const char *audit_reason; /* why audits of a row that is done have no result; else "" or NULL */
} run_row;

#endif
