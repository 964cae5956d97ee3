#include "job/pair_distances.h"

size_t pair_distances_count(const hifm_domain *domain) {
  const size_t n = domain->particles;
  return n > 0 ? n * (n - 1) / 2 : 0;
}

void pair_distances_square(const hifm_domain *domain, const double *point, double *out) {
  const size_t n = domain->particles, space = domain->space;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) {
      double sum = 0;
      for (size_t k = 0; k < space; k++) {
        const double step = point[i * space + k] - point[j * space + k];
        sum += step * step;
      }
      *out++ = sum;
    }
}
