/* Rows of a CSV file that agree in the columns of the plan. */
#ifndef REPORT_GROUPS_H
#define REPORT_GROUPS_H

#include "base/csv_table.h"
#include "base/value.h"

/* In the order of their first rows. Group g consists of the rows rows[start[g]] ...
 * rows[start[g + 1] - 1], in the order of the file. */
typedef struct row_groups {
  size_t count;
  size_t *of_row; /* [rows of the file]: the group of each row */
  size_t *rows, *start;
} row_groups;

/* columns: of the plan; those that the file lacks do not count. by_seed false: rows that differ
 * only in `seed` are in one group. */
void groups_find(arena *a, const csv_table *table, const value *columns, bool by_seed,
                 row_groups *out);

#endif
