/* The statistics of tables. NAN is a missing number throughout. */
#ifndef REPORT_TABLE_NUMBERS_H
#define REPORT_TABLE_NUMBERS_H

#include <stddef.h>

typedef struct table_average {
  double mean, sd; /* sd with n - 1; NAN: no number, fewer than two */
  size_t n;        /* numbers that are there */
} table_average;

table_average table_average_of(const double *x, size_t count);

/* Kendall's tau-b of the pairs (x, y) that are there: 1 the same order, -1 the opposite one; NAN
 * for fewer than two pairs, or where all x or all y are equal. */
double table_kendall(const double *x, const double *y, const size_t *data, size_t count);

#endif
