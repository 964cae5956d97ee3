#include "layers/activations.h"

#include "layers/clones.h"

#include <stdint.h>
#include <string.h>

/* exp(t) for t <= 0: t = k ln 2 + r with |r| <= ln(2)/2, exp(r) by its series to r^7/5040
 * (error below 2^-27), 2^k by the exponent bits. Below -87 the result is 2^-126, next to nothing.
 */
static inline float exp_nonpositive(float t) {
  const float shift = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer */
  t = t < -87.0f ? -87.0f : t;
  float k = t * 1.44269504f + shift;
  int32_t bits;
  memcpy(&bits, &k, sizeof bits);
  k -= shift;
  float r = t - k * 0.693359375f; /* ln 2 in two parts (Cody and Waite) */
  r -= k * -2.12194440e-4f;
  float e = 1.9841270e-4f;
  e = e * r + 1.3888889e-3f;
  e = e * r + 8.3333333e-3f;
  e = e * r + 4.1666668e-2f;
  e = e * r + 1.6666667e-1f;
  e = e * r + 0.5f;
  e = e * r * r + r + 1.0f;
  bits = (int32_t)((uint32_t)bits << 23) + 0x3f800000;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return e * scale;
}

/* log(1 + u) for 0 <= u <= 1 as 2 artanh(u / (2 + u)); the argument is at most 1/3. */
static inline float log1p_unit(float u) {
  float s = u / (2.0f + u), s2 = s * s;
  float p = 1.0f / 13.0f;
  p = p * s2 + 1.0f / 11.0f;
  p = p * s2 + 1.0f / 9.0f;
  p = p * s2 + 1.0f / 7.0f;
  p = p * s2 + 1.0f / 5.0f;
  p = p * s2 + 1.0f / 3.0f;
  return 2.0f * (s + s * s2 * p);
}

LAYERS_CLONES static void softplus(size_t n, const float *x, float *out, float *slope) {
  for (size_t i = 0; i < n; i++) {
    const float v = x[i], size = v < 0.0f ? -v : v;
    const float e = exp_nonpositive(-size), inverse = 1.0f / (1.0f + e);
    slope[i] = v < 0.0f ? e * inverse : inverse;
    out[i] = (v < 0.0f ? 0.0f : v) + log1p_unit(e);
  }
}

LAYERS_CLONES static void scale(size_t n, const float *factor, float *x) {
  for (size_t i = 0; i < n; i++) x[i] *= factor[i];
}

void layers_softplus(size_t n, const float *x, float *out, float *slope) {
  softplus(n, x, out, slope);
}

void layers_scale(size_t n, const float *factor, float *x) {
  scale(n, factor, x);
}
