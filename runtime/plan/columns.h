/* The cells of a row: what tables show, what --only chooses by. */
#ifndef PLAN_COLUMNS_H
#define PLAN_COLUMNS_H

#include "base/value.h"
#include "hifm/status.h"

/* The text at a column's path in a resolved run: a scalar, a plugin's name, for the flow its
 * stages' names, for a stage "yes"; "" where the run has no such path. */
const char *columns_text(arena *a, const value *config, const char *column);

/* Columns in the order of their sections, otherwise as they are. */
value *columns_sort(arena *a, const value *columns);

/* One condition of --only: a column (or another path of the runs) and the cell it must have. */
typedef struct condition {
  const char *column, *cell;
} condition;

typedef struct conditions {
  condition *items;
  size_t count;
} conditions;

/* "flow.hyperbolize=yes,seed=0"; HIFM_BAD_CONFIG where that is no such list. */
hifm_status columns_parse(arena *a, const char *only, conditions *out, hifm_error *err);

/* For a condition that no row meets: "; flow is one of OT, wells", of the cells that the rows have,
 * and "did you mean". */
const char *columns_hint(arena *a, const condition *wanted, const char *const *cells, size_t count);

/* Is this the cell that was asked for? Numbers are compared as numbers. */
bool columns_match(const char *cell, const char *wanted);

#endif
