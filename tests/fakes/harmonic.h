/* V = |y|^2 / 2: the sound part of the broken energies here. */
#ifndef FAKE_HARMONIC_H
#define FAKE_HARMONIC_H

#include "hifm/energy.h"

__attribute__((unused)) static double harmonic_value(const void *self, const hifm_domain *domain,
                                                     const double *y, const double *anchor) {
  (void)self, (void)anchor;
  double sum = 0;
  for (uint32_t i = 0; i < domain->d; i++) sum += y[i] * y[i] / 2;
  return sum;
}

__attribute__((unused)) static void harmonic_gradient(const void *self, const hifm_domain *domain,
                                                      const double *y, const double *anchor,
                                                      double *gradient) {
  (void)self, (void)anchor;
  for (uint32_t i = 0; i < domain->d; i++) gradient[i] = y[i];
}

__attribute__((unused)) static void harmonic_hessian(const void *self, const hifm_domain *domain,
                                                     const double *y, const double *anchor,
                                                     double *hessian) {
  const size_t d = domain->d;
  (void)self, (void)y, (void)anchor;
  for (size_t i = 0; i < d * d; i++) hessian[i] = i % (d + 1) == 0;
}

#define HARMONIC_OPS                                                                               \
  { .value = harmonic_value, .gradient = harmonic_gradient, .hessian = harmonic_hessian }

#endif
