/* Orders of numbers. */
#ifndef BASE_NUMBERS_H
#define BASE_NUMBERS_H

#include <math.h>

/* The larger one; a NaN is the worst of all. */
static inline double numbers_nan_max(double x, double y) {
  return isnan(x) || isnan(y) ? NAN : fmax(x, y);
}

/* For qsort: doubles without NaN, ascending. */
static inline int numbers_ascend(const void *left, const void *right) {
  const double x = *(const double *)left, y = *(const double *)right;
  return (x > y) - (x < y);
}

#endif
