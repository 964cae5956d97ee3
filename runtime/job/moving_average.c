#include "job/moving_average.h"

#include <math.h>

void moving_average_add(double ema, uint64_t k, size_t n, const float *w, double *average) {
  const double kept = fmin(ema, (1 + (double)k) / (10 + (double)k));
  for (size_t i = 0; i < n; i++) average[i] += (1 - kept) * ((double)w[i] - average[i]);
}
