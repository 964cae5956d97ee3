/* Figures from history.csv through gnuplot: SVG and PNG, one line per row of the grid. */
#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

#include "base/csv_table.h"
#include "base/failure.h"
#include "base/value.h"
#include "job/metrics.h"

/* A figure's declaration in a script:
 *
 *   figure4 = { title = "...", panels = { "nll", { "nfe", title = "evaluations" } }, x = "epoch" }
 *
 * x is epoch or step. Up to four panels, one below the other, each a column of history.csv; a panel
 * without a title has the words and the unit of its column (report/columns.h). Runs that differ
 * only in their seed make one line, their mean. A line has a gap where a run has no number. The top
 * of a panel may cut off the first epochs, which would make all others look equal; the panel then
 * says how many points are above it. Long curves are smoothed, with their points behind them as
 * dots; the figure says so. */
typedef struct figure_request {
  const char *folder, *name; /* the folder that has history.csv; the figure's name */
  const metric *metrics;     /* those that history.csv was written with: METRICS */
  const value *declaration;
  const value *columns; /* of the plan */
} figure_request;

/* Writes <folder>/<name>.svg and .png, the same bytes for the same CSV. Returns STATUS_OK with
 * *made false (and a reason in err->message) where gnuplot is not installed or nothing is measured
 * yet. Files of an earlier call are removed where none are made: they would be those of another
 * CSV. */
status_code figure_write(const figure_request *request, bool *made, failure *err);

/* Refuses what figure_write would refuse, were `history` the folder's history.csv. */
status_code figure_check(const figure_request *request, const csv_table *history, failure *err);

/* Removes the files of a figure; what is not there is not an error. */
void figure_remove(const char *folder, const char *name);

#endif
