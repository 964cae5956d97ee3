#include "report/table_numbers.h"

#include <math.h>

table_average table_average_of(const double *x, size_t count) {
  table_average out = {NAN, NAN, 0};
  double sum = 0, squares = 0;
  for (size_t i = 0; i < count; i++)
    if (!isnan(x[i])) {
      sum += x[i];
      out.n++;
    }
  if (out.n == 0) return out;
  out.mean = sum / (double)out.n;
  for (size_t i = 0; i < count; i++)
    if (!isnan(x[i])) squares += (x[i] - out.mean) * (x[i] - out.mean);
  if (out.n > 1) out.sd = sqrt(squares / (double)(out.n - 1));
  return out;
}

/* Kendall, "The treatment of ties in ranking problems", Biometrika 33 (1945): the pairs in the same
 * order less those in the opposite one, over the geometric mean of the pairs that are not tied in x
 * and of those that are not tied in y. */
double table_kendall(const double *x, const double *y, const size_t *data, size_t count) {
  double score = 0, untied_x = 0, untied_y = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < i; k++) {
      if (data && data[i] != data[k]) continue;
      if (isnan(x[i]) || isnan(y[i]) || isnan(x[k]) || isnan(y[k])) continue;
      int dx = (x[i] > x[k]) - (x[i] < x[k]), dy = (y[i] > y[k]) - (y[i] < y[k]);
      score += dx * dy;
      untied_x += dx != 0;
      untied_y += dy != 0;
    }
  return untied_x > 0 && untied_y > 0 ? score / sqrt(untied_x * untied_y) : NAN;
}
