#include "job/adamw.h"

#include <math.h>

void adamw_step(const optimizer_settings *set, uint64_t step, size_t n, const float *g, float *w,
                float *m, float *v) {
  const float b1 = (float)set->b1, b2 = (float)set->b2;
  const float lr = (float)set->lr, decay = (float)set->weight_decay, eps = (float)set->eps;
  const float m_scale = (float)(1 / (1 - pow(set->b1, (double)step)));
  const float v_scale = (float)(1 / (1 - pow(set->b2, (double)step)));
  for (size_t i = 0; i < n; i++) {
    m[i] = b1 * m[i] + (1 - b1) * g[i];
    v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
    const float update = m[i] * m_scale / (sqrtf(v[i] * v_scale) + eps);
    w[i] -= lr * (update + decay * w[i]);
  }
}
