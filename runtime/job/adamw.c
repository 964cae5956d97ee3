#include "job/adamw.h"

#include <math.h>

void adamw_step(const optimizer_settings *set, double lr, uint64_t update, size_t n, const float *g,
                float *w, float *m, float *v) {
  const float b1 = (float)set->b1, b2 = (float)set->b2;
  const float rate = (float)lr, decay = (float)set->weight_decay, eps = (float)set->eps;
  const float m_scale = (float)(1 / (1 - pow(set->b1, (double)update)));
  const float v_scale = (float)(1 / (1 - pow(set->b2, (double)update)));
  for (size_t i = 0; i < n; i++) {
    m[i] = b1 * m[i] + (1 - b1) * g[i];
    v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
    const float change = m[i] * m_scale / (sqrtf(v[i] * v_scale) + eps);
    w[i] -= rate * (change + decay * w[i]);
  }
}

void adamw_clip(double clip, double norm, size_t n, float *g) {
  if (clip == 0 || norm <= clip) return;
  const float scale = (float)(clip / norm);
  for (size_t i = 0; i < n; i++) g[i] *= scale;
}
