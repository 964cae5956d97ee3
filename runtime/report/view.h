/* What tables and figures share: parts of their declarations, and rows that differ in no more than
 * the seed. */
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include "base/csv_table.h"
#include "base/failure.h"
#include "base/value.h"

#include <stdbool.h>

/* The positional text of an entry such as { "NLL", "nll_min", digits = 3 }, a LIST or a MAP with
 * the positional part as a LIST under ""; a plain text is its own part 0. NULL: there is none. */
const char *view_part(const value *entry, size_t index);

/* A key that a declaration may have, and the type of what it is given. */
typedef struct view_key {
  const char *name;
  value_type type; /* VALUE_NULL: any; its reader looks closer */
} view_key;

/* STATUS_BAD_CONFIG unless the named parts of an entry are keys of `known` [count] with such
 * values. Messages begin with `where`. */
status_code view_check_keys(const char *where, const value *entry, const view_key *known,
                            size_t count, failure *err);

/* The file name of a table or figure ("a table", "a figure"): letters, digits, - and _, and none of
 * the CSV files of the grid itself. */
status_code view_check_name(const char *what, const char *name, failure *err);

/* Removes view/<name><ending> for each ending, where it is there. */
status_code view_remove(const char *view, const char *name, const char *const *endings,
                        size_t count, failure *err);

/* Groups of rows of a CSV that agree in the plan's columns, in order of their first rows. Group g
 * consists of the rows rows[start[g]] ... rows[start[g + 1] - 1], in the CSV's order. */
typedef struct view_groups {
  size_t count;
  size_t *of_row; /* [rows]: group of each row */
  size_t *rows, *start;
} view_groups;

/* With by_seed false, rows that differ only in `seed` are together. Columns of the plan that the
 * CSV lacks do not count. */
void view_group(arena *a, const csv_table *table, const value *columns, bool by_seed,
                view_groups *out);

#endif
