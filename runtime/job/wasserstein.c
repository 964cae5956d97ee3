#include "job/wasserstein.h"

#include "base/numbers.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static bool all_finite(const double *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!isfinite(x[i])) return false;
  return n > 0;
}

double wasserstein_distance(double *x, size_t n, double *y, size_t m) {
  if (!all_finite(x, n) || !all_finite(y, m)) return NAN;
  qsort(x, n, sizeof *x, numbers_ascend);
  qsort(y, m, sizeof *y, numbers_ascend);
  double sum = 0, at = fmin(x[0], y[0]);
  for (size_t i = 0, k = 0; i < n || k < m;) {
    const bool from_x = k == m || (i < n && x[i] <= y[k]);
    const double next = from_x ? x[i] : y[k];
    sum += (next - at) * fabs((double)i / (double)n - (double)k / (double)m);
    at = next;
    from_x ? i++ : k++;
  }
  return sum;
}
