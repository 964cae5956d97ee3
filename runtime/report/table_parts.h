/* A table while it is made: what the files table*.c share. */
#ifndef REPORT_TABLE_PARTS_H
#define REPORT_TABLE_PARTS_H

#include "report/columns.h"
#include "report/entries.h"
#include "report/format.h"
#include "report/groups.h"
#include "report/keys.h"
#include "report/paired.h"
#include "report/row_filter.h"
#include "report/table.h"

#include <stdint.h>

#define TABLE_RANK     "rank"
#define TABLE_RUNS     "runs"
#define TABLE_MISSING  "missing"
#define TABLE_DIVERGED "diverged"
#define TABLE_IDS      "train_ids"

#define TABLE_GAP    "–" /* in a cell without a value */
#define TABLE_NO_ROW SIZE_MAX

/* Where a declared column's cells come from; run and paper both -1: a setting that does not vary in
 * this grid. */
typedef struct table_source {
  const char *heading;
  int run, paper;            /* a column of runs.csv, of the paper's CSV */
  const column_facts *facts; /* of a number of runs.csv, which is averaged over seeds; NULL: text */
  int digits;                /* after the point; negative: as in the CSV */
  const size_t *minus; /* [runs] the row whose number is subtracted, or TABLE_NO_ROW; NULL: none */
  const char *spread;  /* only of runs with this cell in the column of `spread`; NULL: of all */
  int best;            /* -1: the least is marked, 1: the largest, 0: none */
  double unit;         /* in nats: what a number is divided by for each dimension; 0: no division */
  int dimensions; /* with a unit: the column of runs.csv with the number of dimensions; -1: none */
  bool by_points; /* of a difference: its error is over the test points, not over the seeds */
  size_t at, error_at; /* its column of the table's CSV; with by_points that of its error */
} table_source;

typedef struct table_parts {
  arena memory;
  const table_request *request;
  column_set known;
  csv_table all;              /* the caller's runs; those that `only` leaves out are last */
  csv_table runs, paper;      /* runs: the first of `all`; paper: no columns where there is none */
  size_t *places;             /* [all] which of the caller's runs it is */
  size_t (*shared)[2], joins; /* columns of runs and paper that must be equal */
  row_groups families;        /* runs that differ in no more than the seed */
  row_groups data;            /* runs whose numbers may be compared: of equal test points */
  paired_file paired;         /* read where a column is by_points */
  int spread;                 /* the column of runs.csv whose cells become columns; -1: none */
  const char *over;           /* what averaged runs differ in, where it is not the seed alone */
  const value *grouped;       /* LIST: the columns of the plan in which rows differ */
  row_groups groups; /* the table's rows: families or, where a column shows the seed, single runs */
  bool averaged;     /* some cell is of more than one run */
  size_t common;     /* each cell is of that many runs; 0: they differ */
  table_source *sources;
  size_t count;
  size_t *order;      /* [groups] the group that is each row of the CSV */
  const char **ranks; /* [groups]; NULL: not asked for */
  value *notes;       /* LIST of texts below the table */
} table_parts;

/* ---- table_extras.c: columns that are not in runs.csv ---------------------------------------- */

/* Columns from another file of the folder. fill: cells [runs][count] for all runs. */
typedef struct table_extra {
  const char *prefix; /* of their names */
  const column_facts *facts;
  size_t count;
  status_code (*fill)(table_parts *p, const csv_table *runs, const char ***cells, failure *err);
} table_extra;
extern const table_extra table_timings, table_histories;

/* Adds those to the caller's runs that the declaration names. */
status_code table_add_extras(table_parts *p, csv_table *runs, failure *err);
const column_facts *table_extra_facts(const char *column);

/* Without rows where there is no such file. */
status_code table_read_beside(const table_parts *p, arena *a, const char *name, csv_table *out,
                              failure *err);

/* NAN where there is no number; and back, as an empty cell. */
double table_cell_number(const csv_table *table, size_t row, const char *column);
const char *table_number_text(arena *a, double x);

/* ---- table_parts.c: what is read ------------------------------------------------------------- */

/* Reads the paper's CSV and finds the families. table_close also after a failure. */
status_code table_open(table_parts *p, const table_request *request, const csv_table *runs,
                       failure *err);
void table_close(table_parts *p);

/* The facts of a number of the runs, extra columns included; NULL: it is not one. */
const column_facts *table_facts(const table_parts *p, const char *column);

/* One more line below the table. */
void table_add_note(table_parts *p, const char *text);

/* The first run of a family or group. */
const char **table_first_run(const table_parts *p, const row_groups *groups, size_t group);

/* The number of one run, NAN where there is none; differences already taken. */
double table_number(const table_parts *p, const table_source *s, size_t row);

/* What a number of nats of this run is divided by: 1 without a unit. */
double table_unit(const table_parts *p, const table_source *s, size_t row);

/* Is this run one of those that the source is of? */
bool table_applies(const table_parts *p, const table_source *s, size_t row);

/* How many of a group's runs those are. */
size_t table_count(const table_parts *p, const table_source *s, size_t group);

/* The paper's cell for a run; "" where none or more than one of its rows fits. */
const char *table_paper_cell(const table_parts *p, const char **run, int column);

/* A column of runs.csv that holds numbers, as a source; `where` begins the message about others. */
status_code table_find_number(table_parts *p, const char *where, const char *column,
                              table_source *out, failure *err);

/* ---- what is declared, a file each ----------------------------------------------------------- */

/* Is this the path of a setting, which may or may not vary in a grid? */
bool table_is_setting(const char *column);

/* Fills sources. */
status_code table_find_sources(table_parts *p, failure *err);

/* One column by its name. */
status_code table_find_source(table_parts *p, const char *heading, const char *column,
                              table_source *out, failure *err);

/* `spread`: sets p->spread and, for each declared column, the sources that it becomes. */
status_code table_find_spread(table_parts *p, failure *err);
size_t table_spread_width(const table_parts *p);
void table_spread_source(table_parts *p, table_source *s);

/* Which runs are one row: sets groups, averaged, common, over; `mean_over`. */
status_code table_find_groups(table_parts *p, failure *err);

/* Paired differences. minus: the conditions of a declaration; column: what `s` shows. Sets
 * s->minus: for each run the one of equal seed in the family that fits. */
status_code table_find_minus(table_parts *p, const char *column, const value *minus,
                             table_source *s, failure *err);

/* `error` of a column with minus: sets s->by_points. */
status_code table_find_error(table_parts *p, const char *error, table_source *s, failure *err);

/* The standard error over the test points of a group's mean difference; NAN where a run has no NLL
 * of each point. *points: how many. */
double table_point_error(table_parts *p, size_t group, const table_source *s, double *points);

/* Adds the declared notes to p->notes, each {column} or {column:digits} replaced. */
status_code table_find_notes(table_parts *p, failure *err);

/* Does the order of the rows hold from seed to seed, and is it the paper's? Fills p->ranks and adds
 * to p->notes where the declaration has `ranks`. */
status_code table_find_ranks(table_parts *p, failure *err);

/* ---- what is made ---------------------------------------------------------------------------- */

/* The order of rows, by `sort`: sets p->order. */
status_code table_sort(table_parts *p, failure *err);

/* The text of a group in a source's column: of numbers the mean. */
const char *table_cell(table_parts *p, size_t group, const table_source *s);

/* Begins `csv` and fills it, rows in p->order; sets `at` of the sources. */
status_code table_fill(table_parts *p, csv_table *csv, failure *err);

/* Is the cell the best of its column, of the rows with equal data? csv: as table_fill made it. */
bool table_is_best(const table_parts *p, const csv_table *csv, const table_source *s, size_t row);

/* Adds to p->notes which settings differ between rows that look alike. */
void table_note_alike(table_parts *p, const csv_table *csv);

/* Adds to p->notes that minima are over different numbers of epochs, where a column shows one and
 * some runs were measured more than twice as often as others. */
void table_note_epochs(table_parts *p);

/* Adds to p->notes what +- is, where there is one, and that rows average different seeds, where
 * they do. csv: as table_fill made it. */
void table_note_seeds(table_parts *p, const csv_table *csv);

/* Adds to p->notes what +- is in columns by_points. */
void table_note_points(table_parts *p, const csv_table *csv);

/* How a table becomes text: rounded numbers, marks, gaps, notes. */
typedef struct table_style {
  const char *ending;                                /* of its file */
  const char *(*escape)(arena *a, const char *text); /* for a title, a cell, a line; NULL: none */
  void (*grid)(text_buffer *out, const format_grid *grid);
  const char *before, *after;     /* of the whole file; NULL: nothing */
  const char *title[2], *line[2]; /* what comes before and after a title, a line below the grid */
  const char *label[2];           /* ... the table's name; NULL: the name is not shown */
  const char *between;            /* the grid and the first line */
  const char *bold[2];            /* what comes before and after the best cell of a column */
  /* The runs of a row, in the style's language: one more column; NULL: none. */
  const char *(*runs)(arena *a, const table_parts *p, size_t group);
} table_style;

extern const table_style TABLE_SCREEN;
/* Of the files beside the CSV; the last one has the ending NULL. One more entry is one more file.
 */
extern const table_style TABLE_STYLES[];

/* csv: as table_fill made it. */
void table_text(text_buffer *out, const table_parts *p, const csv_table *csv,
                const table_style *style);

/* Any text as one line without control characters, which could be commands to a terminal. */
const char *table_plain(arena *a, const char *text);

/* Any text as Markdown that shows it. */
const char *table_markdown(arena *a, const char *text);

/* Any text as LaTeX that shows it: nothing in it is a command; the marks of tables and Greek
 * letters become commands of LaTeX and amssymb, other letters stay as they are. One line. */
const char *table_latex(arena *a, const char *text);

#endif
