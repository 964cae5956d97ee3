/* v_z = softplus(mean of h . kernel + bias). */
#include "egnn.h"

#include "layers/activations.h"
#include "layers/dense.h"

#include <string.h>

/* mean [n, W] of h [n N, W] over the particles of a point */
static void average(size_t n, size_t particles, size_t width, const float *h, float *mean) {
  memset(mean, 0, n * width * sizeof *mean);
  for (size_t row = 0; row < n * particles; row++) {
    float *to = mean + row / particles * width;
    for (size_t k = 0; k < width; k++) to[k] += h[row * width + k];
  }
  for (size_t k = 0; k < n * width; k++) mean[k] /= (float)particles;
}

void egnn_vz_forward(egnn_call *call, float *v) {
  const size_t n = call->n, d = call->domain->d, width = call->net->width;
  egnn_work *work = &call->work;
  average(n, call->domain->particles, width, work->h_out, work->mean);
  layers_dense(n, width, 1, work->mean, call->w + call->at.vz, call->w + call->at.vz_bias,
               work->vz);
  layers_softplus(n, work->vz, work->vz, work->vz_slope);
  for (size_t b = 0; b < n; b++) v[b * (d + 1) + d] = work->vz[b];
}

void egnn_vz_backward(egnn_call *call, const float *dv, float *dw) {
  const size_t n = call->n, d = call->domain->d, width = call->net->width;
  const size_t particles = call->domain->particles;
  egnn_work *work = &call->work;
  float *dvz = work->ds, *dmean = work->rows_a; /* [n], [n, W] */
  for (size_t b = 0; b < n; b++) dvz[b] = dv[b * (d + 1) + d] * work->vz_slope[b];
  layers_dense_backward(n, width, 1, work->mean, call->w + call->at.vz, dvz,
                        dw ? dw + call->at.vz : NULL, dw ? dw + call->at.vz_bias : NULL, dmean);
  for (size_t row = 0; row < n * particles; row++)
    for (size_t k = 0; k < width; k++)
      work->dh[row * width + k] = dmean[row / particles * width + k] / (float)particles;
}
