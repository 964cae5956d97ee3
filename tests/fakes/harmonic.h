/* V = |y|^2 / 2: the sound part of the broken energies here. */
#ifndef FAKE_HARMONIC_H
#define FAKE_HARMONIC_H

#include "hifm/energy.h"

__attribute__((unused)) static hifm_status
harmonic_value(const void *self, const hifm_configuration *at, double *out, hifm_error *err) {
  (void)self, (void)err;
  double sum = 0;
  for (uint32_t i = 0; i < at->domain->d; i++) sum += at->y[i] * at->y[i] / 2;
  *out = sum;
  return HIFM_OK;
}

__attribute__((unused)) static hifm_status
harmonic_gradient(const void *self, const hifm_configuration *at, double *out, hifm_error *err) {
  (void)self, (void)err;
  for (uint32_t i = 0; i < at->domain->d; i++) out[i] = at->y[i];
  return HIFM_OK;
}

__attribute__((unused)) static hifm_status
harmonic_hessian(const void *self, const hifm_configuration *at, double *out, hifm_error *err) {
  const size_t d = at->domain->d;
  (void)self, (void)err;
  for (size_t i = 0; i < d * d; i++) out[i] = i % (d + 1) == 0;
  return HIFM_OK;
}

#define HARMONIC_OPS                                                                               \
  { .value = harmonic_value, .gradient = harmonic_gradient, .hessian = harmonic_hessian }

#endif
