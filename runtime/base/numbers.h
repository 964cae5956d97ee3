/* Orders and norms of numbers. */
#ifndef BASE_NUMBERS_H
#define BASE_NUMBERS_H

#include <math.h>
#include <stddef.h>

/* The larger one; a NaN is the worst of all. */
static inline double numbers_nan_max(double x, double y) {
  return isnan(x) || isnan(y) ? NAN : fmax(x, y);
}

/* For qsort: doubles without NaN, ascending. */
static inline int numbers_ascend(const void *left, const void *right) {
  const double x = *(const double *)left, y = *(const double *)right;
  return (x > y) - (x < y);
}

/* |x|^2 and |x| of x [n], summed in double from the first to the last. */
static inline double numbers_square(const double *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i] * x[i];
  return sum;
}

static inline double numbers_norm(const double *x, size_t n) {
  return sqrt(numbers_square(x, n));
}

static inline double numbers_norm_float(const float *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sqrt(sum);
}

#endif
