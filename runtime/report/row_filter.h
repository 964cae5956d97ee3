/* Rows of a CSV file that conditions of a script fit: `only` and `minus`. */
#ifndef REPORT_ROW_FILTER_H
#define REPORT_ROW_FILTER_H

#include "base/csv_table.h"
#include "base/value.h"
#include "plan/conditions.h"

#include <stdbool.h>

typedef struct row_filter {
  arena *memory;
  const csv_table *rows;
  const char *where; /* messages begin with it */
  bool partial;      /* the grid was cut down: conditions may fit no row */
} row_filter;

/* "flow=OT,seed=0" or { flow = "OT", seed = 0 }, in which a cell may have any letters. *text: the
 * first form, for messages. STATUS_BAD_CONFIG without a message where it is neither. */
status_code row_filter_read(arena *a, const value *declared, conditions *out, const char **text);

/* fits[row]: the row has all of these cells. STATUS_BAD_CONFIG for an unknown column and, unless
 * the grid is partial, for a condition that no row meets, with what there is. */
status_code row_filter_fit(const row_filter *f, const conditions *wanted, bool *fits, failure *err);

/* The same for `only`: such conditions or a list of them, of which one must fit; NULL: all rows.
 * *text: as it is declared, for a line that says that nothing is left. */
status_code row_filter_only(const row_filter *f, const value *declared, bool *fits,
                            const char **text, failure *err);

#endif
