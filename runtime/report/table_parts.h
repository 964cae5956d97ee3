/* A table while it is made: what the files table*.c share, and nobody else. */
#ifndef REPORT_TABLE_PARTS_H
#define REPORT_TABLE_PARTS_H

#include "base/csv_table.h"
#include "base/failure.h"
#include "report/table.h"
#include "report/view.h"

#include <stdint.h>

#define TABLE_RANK     "rank"
#define TABLE_RUNS     "runs"
#define TABLE_MISSING  "missing"
#define TABLE_DIVERGED "diverged"

#define TABLE_NO_ROW SIZE_MAX

/* Where a declared column's cells come from; run and paper both -1: a setting that does not vary
 * here. */
typedef struct table_source {
  const char *heading;
  int run, paper;      /* a column of runs.csv, of the paper's CSV */
  bool number;         /* of runs.csv: averaged over seeds */
  int digits;          /* after the point; negative: as it stands */
  const size_t *minus; /* [runs] the row whose number is subtracted, or TABLE_NO_ROW; NULL: none */
  double unit;    /* nats of one: what a number is divided by for each dimension; 0: as it is */
  int dimensions; /* with a unit: the column of runs.csv that says how many; -1: none */
  size_t at;      /* its column of the table's CSV */
} table_source;

typedef struct table_parts {
  arena memory;
  const table_request *request;
  csv_table runs, paper;      /* runs: the caller's; paper: no columns where there is none */
  size_t (*shared)[2], joins; /* columns of runs and paper that must be equal */
  view_groups families;       /* runs that differ in no more than the seed */
  view_groups
      groups;    /* the table's rows: families or, where a column shows the seed, single runs */
  bool averaged; /* some row is more than one run */
  table_source *sources;
  size_t count;
  table_source sort;
  size_t *order;      /* [groups] the group that is each row of the CSV */
  const char **ranks; /* [groups]; NULL: not asked for */
  value *notes;       /* LIST of texts below the table */
} table_parts;

/* Reads the paper's CSV and finds the families. table_close also after a failure. */
status_code table_open(table_parts *p, const table_request *request, const csv_table *runs,
                       failure *err);
void table_close(table_parts *p);

/* One more line below the table. */
void table_add_note(table_parts *p, const char *text);

/* The first run of a family or group. */
const char **table_first_run(const table_parts *p, const view_groups *groups, size_t group);

/* The number of one run, NAN where there is none; differences already taken. */
double table_number(const table_parts *p, const table_source *s, size_t row);

/* The paper's cell for a run; "" where none or more than one of its rows fits. */
const char *table_paper_cell(const table_parts *p, const char **run, int column);

/* A column of runs.csv that holds numbers; `where` begins the message about any other. */
status_code table_find_number(table_parts *p, const char *where, const char *column, int *out,
                              failure *err);

#endif
