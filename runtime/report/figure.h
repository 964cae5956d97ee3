/* Figures from history.csv through gnuplot: SVG and PNG, one line per row of the grid. */
#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

#include "base/csv_table.h"
#include "base/failure.h"
#include "base/value.h"

/* A figure's declaration in a script:
 *
 *   figure4 = { title = "...", panels = { "nll", { "nfe", title = "evaluations" } }, x = "epoch" }
 *
 * x is epoch or step. Up to four panels, one below the other, each a column of history.csv, which
 * has words and a unit of its own where there is no title; runs that differ only in their seed make
 * one line, their mean. A line has a gap where a run has no number. The top of a panel may cut off
 * the first epochs, which would squash all others; how many points that are stands there. Long
 * curves are smoothed and their points shown behind as dots, which the figure says.
 *
 * Writes view/<name>.svg and .png, the same bytes for the same CSV. Returns STATUS_OK with *made
 * false (and a reason in err->message) where gnuplot is not installed or nothing is measured yet.
 * What is not made is removed where an earlier call had made it: it would be of another CSV. */
status_code figure_write(const char *view, const char *name, const value *declaration,
                         const value *columns, bool *made, failure *err);

/* Refuses what figure_write would refuse, were `history` the view's history.csv. */
status_code figure_check(const char *name, const value *declaration, const csv_table *history,
                         failure *err);

#endif
