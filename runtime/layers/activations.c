#include "layers/activations.h"

#include "layers/clones.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* exp(t) for t <= 0: t = k ln 2 + r with |r| <= ln(2)/2, exp(r) by its series to r^7/5040
 * (error below 2^-27), 2^k by the exponent bits. Below -87 the result is 2^-126. */
static inline float exp_nonpositive(float t) {
  const float shift = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer */
  t = t < -87.0f ? -87.0f : t;
  float k = fmaf(t, 1.44269504f, shift);
  int32_t bits;
  memcpy(&bits, &k, sizeof bits);
  k -= shift;
  float r = fmaf(k, -0.693359375f, t); /* ln 2 in two parts (Cody and Waite) */
  r = fmaf(k, 2.12194440e-4f, r);
  float e = 1.9841270e-4f;
  e = fmaf(e, r, 1.3888889e-3f);
  e = fmaf(e, r, 8.3333333e-3f);
  e = fmaf(e, r, 4.1666668e-2f);
  e = fmaf(e, r, 1.6666667e-1f);
  e = fmaf(e, r, 0.5f);
  e = fmaf(e, r, 1.0f);
  e = fmaf(e, r, 1.0f);
  bits = (int32_t)((uint32_t)bits << 23) + 0x3f800000;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return e * scale;
}

/* log(1 + u) for 0 <= u <= 1: u times the polynomial of degree 9 that interpolates log(1 + u)/u at
 * Chebyshev nodes (error below 2^-27). */
static inline float log1p_unit(float u) {
  float p = -3.17605701e-3f;
  p = fmaf(p, u, 1.95425265e-2f);
  p = fmaf(p, u, -5.63736111e-2f);
  p = fmaf(p, u, 1.05436236e-1f);
  p = fmaf(p, u, -1.52696669e-1f);
  p = fmaf(p, u, 1.96632743e-1f);
  p = fmaf(p, u, -2.49516159e-1f);
  p = fmaf(p, u, 3.33297104e-1f);
  p = fmaf(p, u, -4.99998927e-1f);
  p = fmaf(p, u, 1.0f);
  return p * u;
}

LAYERS_BODY softplus_body(size_t n, const float *x, float *out, float *slope) {
  for (size_t i = 0; i < n; i++) {
    const float v = x[i], size = v < 0.0f ? -v : v;
    const float e = exp_nonpositive(-size), inverse = 1.0f / (1.0f + e);
    slope[i] = v < 0.0f ? e * inverse : inverse;
    out[i] = (v < 0.0f ? 0.0f : v) + log1p_unit(e);
  }
}

LAYERS_BODY silu_body(size_t n, const float *x, float *out, float *slope) {
  for (size_t i = 0; i < n; i++) {
    const float v = x[i], size = v < 0.0f ? -v : v;
    const float e = exp_nonpositive(-size), inverse = 1.0f / (1.0f + e);
    const float sigmoid = v < 0.0f ? e * inverse : inverse;
    const float rest = v < 0.0f ? inverse : e * inverse; /* 1 - sigmoid */
    slope[i] = fmaf(v * sigmoid, rest, sigmoid);
    out[i] = v * sigmoid;
  }
}

LAYERS_BODY sigmoid_body(size_t n, const float *x, float *out) {
  for (size_t i = 0; i < n; i++) {
    const float v = x[i], size = v < 0.0f ? -v : v;
    const float e = exp_nonpositive(-size), inverse = 1.0f / (1.0f + e);
    out[i] = v < 0.0f ? e * inverse : inverse;
  }
}

LAYERS_BODY scale_body(size_t n, const float *factor, float *x) {
  for (size_t i = 0; i < n; i++) x[i] *= factor[i];
}

LAYERS_CLONES(softplus, (size_t n, const float *x, float *out, float *slope), (n, x, out, slope))
LAYERS_CLONES(silu, (size_t n, const float *x, float *out, float *slope), (n, x, out, slope))
LAYERS_CLONES(sigmoid, (size_t n, const float *x, float *out), (n, x, out))
LAYERS_CLONES(scale, (size_t n, const float *factor, float *x), (n, factor, x))

void layers_softplus(size_t n, const float *x, float *out, float *slope) {
  softplus(n, x, out, slope);
}

void layers_silu(size_t n, const float *x, float *out, float *slope) {
  silu(n, x, out, slope);
}

void layers_activate(layers_activation kind, size_t n, const float *x, float *out, float *slope) {
  (kind == LAYERS_SILU ? silu : softplus)(n, x, out, slope);
}

void layers_sigmoid(size_t n, const float *x, float *out) {
  sigmoid(n, x, out);
}

void layers_scale(size_t n, const float *factor, float *x) {
  scale(n, factor, x);
}
