/* runs.csv, history.csv and timings.csv of a grid, from the results in its runs' folders; with
 * samples also histograms.csv (report/record_histograms.h).
 *
 *   runs.csv     a row per run: the plan's columns, status, reason (why it failed or diverged,
 *                why its solver failed at every measurement, why its audits failed), numbers,
 *                train_id, measure_id (12 digits), the numbers of each audit as <audit>.<number>
 *   history.csv  a row per measurement of a run: the plan's columns, numbers, solver ("ok", or why
 *                it failed)
 *   timings.csv  a row per run: the plan's columns, status, train_seconds, train_attempts,
 *                measure_seconds, measure_attempts: the time and the workers it took, with those
 *                that were stopped or killed (equal where the run was measured in training)
 * The numbers are those of report/columns.h, as the shortest text that reads back the same; empty
 * where there is none. What needs all rows of a history (nll_min, epoch_min, epochs_measured,
 * nll_best of audits) is empty where the history is not complete (job/history.h). */
#ifndef REPORT_RECORD_H
#define REPORT_RECORD_H

#include "base/csv_table.h"
#include "base/failure.h"
#include "job/metrics.h"
#include "plan/run_row.h"

/* What is empty in the files, for a line that says why. */
typedef struct record_gaps {
  size_t late;    /* rows whose measurement was asked for after the training */
  size_t removed; /* rows whose measurement was made in training, but its file was removed */
  size_t unkept;  /* rows with an audit of the best weights, which were not kept */
} record_gaps;

typedef struct record_request {
  const metric *metrics;       /* METRICS, or without those that need samples */
  const metric *audit_metrics; /* the same for the columns of audits */
  const value *columns;        /* of the plan */
  const char *const *audits;   /* [audit_count] names */
  size_t audit_count;
  const run_row *rows; /* [row_count] in grid order */
  size_t row_count;
  record_gaps *gaps; /* set by record_write; NULL: not wanted */
} record_request;

/* runs.csv and history.csv as they are before the first run, every row missing: what tables and
 * figures are checked against. Close both. */
void record_blank(const record_request *request, csv_table *runs, csv_table *history);

/* What a history.csv would have of the runs that have no result, as far as their checkpoints are:
 * of runs that run, are interrupted or have failed. It depends on when it is looked at. Close it.
 */
void record_unfinished(const record_request *request, csv_table *history);

/* Writes the files into `folder`. runs.csv and history.csv hold no time, host, pid, attempt
 * or path: byte-identical however the grid was run. A row that has no result is "missing", whatever
 * its status says. */
status_code record_write(const char *folder, const record_request *request, failure *err);

#endif
