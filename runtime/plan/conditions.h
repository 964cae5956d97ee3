/* The conditions of --only and --exclude, and of `minus` in tables:
 *
 *   flow=OT,seed=0             all of them
 *   optimizer.lr=1e-3|1e-4     one of these cells
 *   flow!=OT|data              none of these cells
 *   flow="a, b"                a cell with a comma, '|', '"' or spaces, see listed.h
 *   flow.condition.c=          no cell: the row has no such setting
 *   status=failed|missing      what became of the run so far (job/run_status.h)
 *
 * Cells are equal as texts, or as numbers where both are numbers. */
#ifndef PLAN_CONDITIONS_H
#define PLAN_CONDITIONS_H

#include "base/failure.h"
#include "base/memory.h"

#include <stdbool.h>

typedef struct condition {
  const char *column;
  bool differs; /* != */
  const char **cells;
  size_t count;
} condition;

typedef struct conditions {
  condition *items;
  size_t count;
} conditions;

/* The column that is not part of a plan: who has the results decides such conditions. */
#define CONDITIONS_STATUS "status"
bool conditions_is_status(const condition *wanted);

/* Do all conditions on the status hold? */
bool conditions_allow_status(const conditions *wanted, const char *status);

/* option: "--only", for the message. STATUS_BAD_CONFIG where the text is not such a list. */
status_code conditions_parse(arena *a, const char *option, const char *text, conditions *out,
                             failure *err);

/* Does a row with this cell meet the condition? */
bool conditions_meet(const condition *wanted, const char *cell);

/* The condition as it is written: "flow!=OT|data". */
const char *conditions_text(arena *a, const condition *wanted);

/* The hint for a condition that no row meets: "; flow is one of OT, wells", from the cells that the
 * rows have, and "did you mean" for the cell. */
const char *conditions_hint(arena *a, const char *column, const char *cell,
                            const char *const *cells, size_t count);

#endif
