#include "layers/chebyshev.h"

#include "layers/clones.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

void chebyshev_nodes(size_t n, float *node) {
  for (size_t j = 0; j < n; j++) node[j] = (float)cos(PI * ((double)j + 0.5) / (double)n);
}

void chebyshev_matrix(size_t n, float *matrix) {
  double table[4 * CHEBYSHEV_MOST]; /* cos(pi i / 2n), i < 4n: all the cosines there are */
  for (size_t i = 0; i < 4 * n; i++) table[i] = cos(PI * (double)i / (2.0 * (double)n));
  for (size_t k = 0; k < n; k++)
    for (size_t j = 0; j < n; j++)
      matrix[k * n + j] = (float)((k ? 2 : 1) / (double)n * table[k * (2 * j + 1) % (4 * n)]);
}

void chebyshev_values(size_t n, size_t count, const float *t, float *values) {
  for (size_t i = 0; i < count; i++) {
    float *v = values + i * n;
    v[0] = 1;
    if (n > 1) v[1] = t[i];
    for (size_t k = 2; k < n; k++) v[k] = 2 * t[i] * v[k - 1] - v[k - 2];
  }
}

LAYERS_BODY sum_blocks_body(size_t n, const float *a, size_t blocks, const float *t, float *out) {
  for (size_t b = 0; b < blocks; b++, t += CHEBYSHEV_LANES, out += CHEBYSHEV_LANES) {
    float b1[CHEBYSHEV_LANES] = {0}, b2[CHEBYSHEV_LANES] = {0};
    for (size_t k = n; k-- > 1;)
      for (int i = 0; i < CHEBYSHEV_LANES; i++) {
        const float b0 = fmaf(2 * t[i], b1[i], a[k] - b2[i]);
        b2[i] = b1[i];
        b1[i] = b0;
      }
    for (int i = 0; i < CHEBYSHEV_LANES; i++) out[i] = fmaf(t[i], b1[i], a[0] - b2[i]);
  }
}

LAYERS_BODY spread_blocks_body(size_t n, size_t blocks, const float *t, const float *weight,
                               float *da) {
  float sum[CHEBYSHEV_MOST][CHEBYSHEV_LANES] = {{0}};
  for (size_t b = 0; b < blocks; b++, t += CHEBYSHEV_LANES, weight += CHEBYSHEV_LANES) {
    float v0[CHEBYSHEV_LANES], v1[CHEBYSHEV_LANES];
    for (int i = 0; i < CHEBYSHEV_LANES; i++) {
      v0[i] = weight[i];
      v1[i] = weight[i] * t[i];
      sum[0][i] += v0[i];
    }
    for (size_t k = 1; k < n; k++)
      for (int i = 0; i < CHEBYSHEV_LANES; i++) {
        sum[k][i] += v1[i];
        const float v2 = fmaf(2 * t[i], v1[i], -v0[i]);
        v0[i] = v1[i];
        v1[i] = v2;
      }
  }
  for (size_t k = 0; k < n; k++) {
    da[k] = 0;
    for (int i = 0; i < CHEBYSHEV_LANES; i++) da[k] += sum[k][i];
  }
}

LAYERS_CLONES(sum_blocks, (size_t n, const float *a, size_t blocks, const float *t, float *out),
              (n, a, blocks, t, out))
LAYERS_CLONES(spread_blocks,
              (size_t n, size_t blocks, const float *t, const float *weight, float *da),
              (n, blocks, t, weight, da))

void chebyshev_sum(size_t n, const float *a, size_t blocks, const float *t, float *out) {
  sum_blocks(n, a, blocks, t, out);
}

void chebyshev_spread(size_t n, size_t blocks, const float *t, const float *weight, float *da) {
  spread_blocks(n, blocks, t, weight, da);
}
