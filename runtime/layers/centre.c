#include "layers/centre.h"

void layers_centre(const hifm_domain *domain, size_t n, size_t stride, float *x) {
  const size_t particles = domain->particles, space = domain->space;
  for (size_t b = 0; b < n; b++)
    for (size_t k = 0; k < space; k++) {
      float *at = x + b * stride + k, mean = 0;
      for (size_t i = 0; i < particles; i++) mean += at[i * space];
      mean /= (float)particles;
      for (size_t i = 0; i < particles; i++) at[i * space] -= mean;
    }
}
