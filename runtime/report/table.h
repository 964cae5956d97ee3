/* Tables from runs.csv: text for the screen; CSV, Markdown and LaTeX for files. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "base/csv_table.h"
#include "base/failure.h"
#include "base/text.h"
#include "base/value.h"
#include "job/metrics.h"

#include <stdio.h>

/* A table's declaration in a script:
 *
 *   table2 = { title = "...",
 *              columns = { { "Method", "flow" }, { "NLL", "nll_min", digits = 3 },
 *                          { "NLL - OT", "nll_min", minus = "flow=OT" },
 *                          { "Bits/dim", "nll_min", unit = "bits/dim" },
 *                          { "NLL (paper)", "paper.nll" } },
 *              sort = "nll_min", paper = "lj13_table2.csv",
 *              ranks = { "nll_min", paper = "nll" },
 *              notes = { "A Gaussian has {all.nll_gaussian:2}." } }
 *
 *   pivot  = { columns = { { "Method", "flow" }, { "NLL", "nll_min", best = "least" } },
 *              spread = "dataset", mean_over = "network.width", only = { flow = "OT" },
 *              sort = { "flow", { "nll_min", descending = true } } }
 *
 * Each column has a heading and a column of runs.csv, or "paper.<column>" of the paper's CSV, which
 * is in the script's folder and is joined on the columns of the plan that both files have (cells
 * equal, numbers as numbers; where several rows fit, no number is shown). Settings that do not vary
 * in this grid are left out. timings.train_seconds and timings.step_seconds are of timings.csv,
 * history.nll_median and history.nll_spread (10 to 90 %, second half of the epochs) of history.csv.
 * `digits` after the point: 3, for counts such as NFE 0, for the paper's as printed in its CSV.
 * `sort`: a column or several, ascending unless they are `descending`, missing last; without it
 * rows are in grid order. `only`: conditions as of --only, or a map of columns and cells, or a list
 * of these, of which a run must fit one.
 *
 * `spread`: the numbers become a column for each value of this setting, and rows are of all its
 * values. `mean_over`: numbers are means over this setting, too. `best`, "least" or "largest":
 * Markdown and LaTeX show the best number of the column in bold, of the rows with equal data.
 *
 * Rows that agree in all varying columns but `seed` are averaged, unless a column shows the seed:
 * mean +- standard deviation, and "(2 of 3)" where a number is missing, "(3, 1 diverged)" where a
 * run diverged after it had a number. A line says what +- is and over how many seeds, another that
 * rows have different seeds in their means, where they do, another which settings differ between
 * rows that look alike. A last line counts missing runs.
 *
 * `minus`: such conditions as one of `only`. The number of the run is subtracted that they fit and
 * that is equal in all else: seed, data, and all settings but those of the conditions and what is
 * below them (flow.hyperbolize is below flow). So what a seed does to both rows cancels; the
 * differences are averaged over the seeds that both have. Rows that are subtracted have a gap.
 *
 * `error = "points"`, of a difference of an audit's nll_best or nll_last: +- is the standard error
 * over the test points, of the differences point by point, averaged over seeds. It is made from
 * paired.csv (report/paired.h); +- a gap where a run has no NLL of each point. The CSV has
 * `<heading> se` and `<heading> points`, too.
 *
 * `unit`: "nats/dim" or "bits/dim" divides a number of nats by the column `dimensions`, and by
 * ln 2. That is of the density over the data's own coordinates, whatever their scale.
 *
 * `ranks`: a last column "Rank", the rank of each row's number in each seed, of the rows with equal
 * data (groups_of_data), smallest first, equal
 * numbers equal ranks, seeds ascending, "1 2 1". A line below the table says whether every seed
 * gives the same order, and how many pairs of rows would agree by chance; with `paper`, a column of
 * the paper's CSV, another gives Kendall's tau-b between that order and this.
 *
 * `notes`: lines below the table. {column} or {column:digits} is a number of runs.csv: the mean
 * over all runs or, where they differ by more than the last digit, "4.5 to 11856.2"; "{{" a brace.
 *
 * STATUS_BAD_CONFIG names an unknown column with "did you mean". */
typedef struct table_request {
  const char *folder, *name; /* the folder that has runs.csv; the table's name */
  const metric *metrics;     /* those that runs.csv was written with: METRICS */
  const value *declaration;
  const char *script_folder; /* has the paper's CSV */
  const value *columns;      /* of the plan */
  const char *validation;    /* the points that choose the best weights; NULL: test points */
  bool partial; /* the grid was cut down by --only or --set: the row of a `minus` may be gone, which
                   leaves gaps and a line below the table; otherwise it is an error */
} table_request;

/* Refuses what table_write would refuse, were `runs` the folder's runs.csv. */
status_code table_check(const table_request *request, const csv_table *runs, failure *err);

/* Writes into the folder <name>.csv (plain numbers, yes and no; `<heading> sd` and `<heading> n`
 * where seeds are averaged; then rank; last the columns runs, missing, diverged, train_ids),
 * <name>.md and <name>.tex (a table with caption and the label tab:<name>, for \input, with the
 * packages booktabs and amssymb); prints the table as aligned text to `screen`, which may be NULL.
 * After a failure none of these files is there: they would be those of another CSV. */
status_code table_write(const table_request *request, FILE *screen, failure *err);

/* The same table as a part of an HTML page (report/page.h). Nothing is written. */
status_code table_page(const table_request *request, text_buffer *out, failure *err);

/* Adds to a LIST of TEXT the columns whose errors are over test points: paired.csv is to have them.
 */
void table_points_columns(arena *a, const value *declaration, value *columns);

/* The endings of the files that table_write writes, ".csv, .md, ...". */
const char *table_endings(arena *a);

/* Removes the files of a table; what is not there is not an error. */
void table_remove(const char *folder, const char *name);

#endif
