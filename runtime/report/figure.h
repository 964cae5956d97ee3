/* Figures from history.csv, runs.csv and histograms.csv through gnuplot: SVG and PNG. */
#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

#include "base/csv_table.h"
#include "base/failure.h"
#include "base/value.h"
#include "job/metrics.h"

/* A figure's declaration in a script:
 *
 *   figure4 = { title = "...", panels = { "nll", { "nfe", title = "evaluations" } }, x = "epoch" }
 *   rates   = { panels = { { "nll_min", log = true } }, x = "optimizer.lr", log_x = true,
 *               facets = "dataset", only = { flow = "OT" }, seeds = "bars" }
 *   samples = { histogram = "energy", audit = "boltzmann", weights = "last", only = "flow=OT" }
 *
 * x is epoch, step or a setting with numbers. Up to four panels, one below the other, each a column
 * of history.csv or, where x is a setting, of runs.csv; a panel without a title has the words and
 * the unit of its column (report/columns.h). Runs that differ only in their seed make one line,
 * their mean; `seeds` shows the standard deviation as "bars" (default where x is a setting) or as a
 * "band". A run without the setting x is a level line. A line has a gap where a run has no number,
 * and a cross at the bottom where that run failed. `only` chooses runs, as in a table. `facets`
 * makes panels beside each other, one for each value of a setting; more than CURVES_MOST curves are
 * divided by a setting that is chosen (curves_choose_facet). The top of a panel may cut off the
 * first epochs, which would make all others look equal; the panel then says how many points are
 * above it. `unfinished = true` adds lines, marked as such, of runs that are not finished: they
 * depend on when the figure is made. Long curves are smoothed, with their points behind them as
 * dots; the figure says so.
 *
 * A histogram shows the energies, or the distances of pairs of particles, of test points, of
 * samples, and of samples by their importance weights: densities, in a panel for each group of
 * runs. */
typedef struct figure_request {
  const char *folder, *name; /* the folder that has history.csv; the figure's name */
  const metric *metrics;     /* those that history.csv was written with: METRICS */
  const value *declaration;
  const value *columns;        /* of the plan */
  bool partial;                /* the grid was cut down: conditions of `only` may fit nothing */
  const csv_table *unfinished; /* of record_unfinished, for figures that ask for it; NULL: none */
} figure_request;

/* Does it show runs that are not finished? */
bool figure_wants_unfinished(const value *declaration);

/* Writes <folder>/<name>.svg and .png, the same bytes for the same CSV. Returns STATUS_OK with
 * *made false (and a reason in err->message) where gnuplot is not installed or nothing is measured
 * yet. Files of an earlier call are removed where none are made: they would be those of another
 * CSV. */
status_code figure_write(const figure_request *request, bool *made, failure *err);

/* Refuses what figure_write would refuse, were these the folder's history.csv and runs.csv. */
status_code figure_check(const figure_request *request, const csv_table *history,
                         const csv_table *runs, failure *err);

/* Removes the files of a figure; what is not there is not an error. */
void figure_remove(const char *folder, const char *name);

#endif
