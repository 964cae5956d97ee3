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

/* The same by those of the columns that decide the test points, so that numbers such as NLL are
 * comparable within a group: the columns of `dataset` but dataset.train. */
void groups_of_data(arena *a, const csv_table *table, const value *columns, row_groups *out);
bool groups_is_data(const char *column);

/* Has `column` one cell for each cell of `decider`, none of which is empty? Such a column does not
 * divide rows that `decider` joins. Both are columns of the table. */
bool groups_is_decided(const csv_table *table, int column, int decider);

/* The columns without those that one of joined [count] decides, which are columns of the table. */
const value *groups_without(arena *a, const csv_table *table, const value *columns,
                            const int *joined, size_t count);

#endif
