/* The numbers of runs.csv and history.csv, derived from a table of metrics (job/metrics.h): which
 * columns there are, what they mean, how tables and figures show them, where their values are.
 *
 * Of a metric x (b: the metric METRICS_BEST; <x>_se beside <x> where x has a standard error):
 *   history.csv        x
 *   runs.csv           x_at_min, x_min, x_last; of b: b_min, b_last
 *   runs.csv, audits   x_best, x_last
 * The other columns (epoch_min, loss_last, steps, ...) are fixed. */
#ifndef REPORT_COLUMNS_H
#define REPORT_COLUMNS_H

#include "base/memory.h"
#include "job/metrics.h"

/* Where the value of a column is. A history is a list of rows, one per measurement. */
typedef enum column_source {
  COLUMN_ROW,     /* in the row (history.csv) */
  COLUMN_BEST,    /* in the row with the smallest value of METRICS_BEST */
  COLUMN_LAST,    /* in the last row */
  COLUMN_LEAST,   /* the smallest value of all rows */
  COLUMN_COUNT,   /* how many rows have a value of METRICS_BEST */
  COLUMN_TRAIN,   /* in the numbers of the train result */
  COLUMN_MEASURE, /* in the numbers of the measurement's result */
} column_source;

typedef struct column_facts {
  const char *name; /* in the header; of an audit's column the part after "<audit>." */
  const char *meaning;
  const char *title; /* for a figure, with the unit; NULL in runs.csv */
  const char *unit;  /* "" for a count */
  int digits;        /* after the point in a table that asks for none */
  column_source source;
  const char *key;           /* in the history row, or in the numbers of the result */
  bool needs_solution;       /* empty where the solver failed */
  const char *train_setting; /* runs.csv has the column only where a row has this setting of train
                                above 0; NULL: always */
} column_facts;

typedef struct column_list {
  column_facts *items;
  size_t count;
} column_list;

typedef struct column_set {
  column_list runs, audit, history; /* audit: for each audit, as <audit>.<name> */
} column_set;

/* In the order of the files. */
column_set columns_of(arena *a, const metric *metrics);

/* The facts of a column by its header; NULL for one that does not hold numbers: a setting, a word,
 * an id. */
const column_facts *columns_in_runs(const column_set *set, const char *name);
const column_facts *columns_in_history(const column_set *set, const char *name);

#endif
