/* The read-out of v_z: softplus(mean of h . kernel + bias). */
#include "egnn.h"

#include "layers/activations.h"
#include "layers/dense.h"

#include <string.h>

/* mean [n, W] of h_out over the particles of a point */
static void average(size_t n, size_t particles, size_t width, const float *h, float *mean) {
  memset(mean, 0, n * width * sizeof *mean);
  for (size_t row = 0; row < n * particles; row++) {
    float *to = mean + row / particles * width;
    for (size_t k = 0; k < width; k++) to[k] += h[row * width + k];
  }
  for (size_t k = 0; k < n * width; k++) mean[k] /= (float)particles;
}

void egnn_vz_forward(const egnn *net, const hifm_domain *domain, size_t n, const float *w,
                     const egnn_weights *at, egnn_work *work, float *v) {
  const size_t width = net->width, d = domain->d;
  average(n, domain->particles, width, work->h_out, work->mean);
  layers_dense(n, width, 1, work->mean, w + at->end, w + at->end + width, work->speed);
  layers_softplus(n, work->speed, work->speed, work->speed_slope);
  for (size_t b = 0; b < n; b++) v[b * (d + 1) + d] = work->speed[b];
}

void egnn_vz_backward(const egnn *net, const hifm_domain *domain, size_t n, const float *w,
                      const egnn_weights *at, egnn_work *work, const float *dv, float *dw) {
  const size_t width = net->width, particles = domain->particles, d = domain->d;
  float *dspeed = work->ds, *dmean = work->rows_a;
  for (size_t b = 0; b < n; b++) dspeed[b] = dv[b * (d + 1) + d] * work->speed_slope[b];
  layers_dense_backward(n, width, 1, work->mean, w + at->end, dspeed, dw ? dw + at->end : NULL,
                        dw ? dw + at->end + width : NULL, dmean);
  for (size_t row = 0; row < n * particles; row++)
    for (size_t k = 0; k < width; k++)
      work->dh[row * width + k] = dmean[row / particles * width + k] / (float)particles;
}
