/* histograms.csv of a grid: energies and pair distances at test points and at samples, where
 * samples are drawn (measure.samples).
 *
 *   the plan's columns, measurement (the audit; empty: the row's own), weights (best or last),
 *   quantity (energy or distance), low, high, data, samples, reweighted
 *
 * A line per bin, which is from low to high: how many numbers of the test points, of the samples,
 * and of the samples by their weights (with a mean of 1) are in it. The first and the last line of
 * a histogram, without low and without high, have those outside. */
#ifndef REPORT_RECORD_HISTOGRAMS_H
#define REPORT_RECORD_HISTOGRAMS_H

#include "report/record.h"
#include "report/record_sources.h"

#define RECORD_HISTOGRAMS "histograms"

/* The header; a table without columns where no measurement of the request needs samples. */
void record_histograms_begin(csv_table *table, const record_request *request);

/* The histograms of a row's best and last weights. audit: its name; "": the row's own. */
void record_histograms_add(arena *a, csv_table *table, const record_request *request,
                           const run_row *row, const char *audit, const record_sources *s);

/* Writes the file, or removes one of an earlier call where there are no samples. */
status_code record_histograms_write(const csv_table *table, const char *folder, failure *err);

#endif
