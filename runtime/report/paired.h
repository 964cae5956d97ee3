/* paired.csv: how two runs differ at the same test points, for each pair of runs.
 *
 *   column                     "tight.nll_best": of which audit, of which weights
 *   measure_id_a, measure_id_b two rows of runs.csv, each pair once
 *   points                     how many test points
 *   mean, se                   of NLL(a) - NLL(b), point by point: the mean, and its standard error
 *
 * A pair is there where both rows have the NLL of each point (job/point_values.h) at the same
 * points. Weighted sums of rows whose weights add up to 0, as differences of means over seeds are,
 * have a standard error, too:  se^2 = - sum over pairs of w_a w_b se_ab^2. */
#ifndef REPORT_PAIRED_H
#define REPORT_PAIRED_H

#include "base/csv_table.h"
#include "base/key_map.h"
#include "report/record.h"

#define PAIRED_FILE "paired.csv"

/* Mean and standard error of x - y over the points. */
typedef struct paired_difference {
  double mean, se; /* se: NaN of one point */
} paired_difference;

paired_difference paired_difference_of(const double *x, const double *y, size_t count);

/* Audit and weights of a column such as "tight.nll_last". False: it is not the NLL of an audit. */
bool paired_column(arena *a, const char *column, const char **audit, bool *best);

/* Audits that are done and have no NLL of each point. */
typedef struct paired_gaps {
  size_t lost; /* of an earlier version, or the file is missing or damaged */
  size_t own;  /* the row's own measurement, made in training */
} paired_gaps;

/* Writes the file for these columns, a LIST of TEXT; without columns it removes the file. */
status_code paired_write(const char *folder, const record_request *request, const value *columns,
                         paired_gaps *gaps, failure *err);

/* The file as it is read: no pairs where it is not there. Close it. */
typedef struct paired_file {
  csv_table csv;
  arena memory;
  key_map known;
} paired_file;

status_code paired_read(paired_file *f, const char *folder, failure *err);
void paired_close(paired_file *f);

/* One row of a weighted sum. */
typedef struct paired_term {
  const char *measure_id;
  double weight;
} paired_term;

/* The standard error of a sum whose weights add up to 0; NaN where a pair is missing. *points: how
 * many test points. */
double paired_error(const paired_file *f, const char *column, const paired_term *terms,
                    size_t count, double *points);

#endif
