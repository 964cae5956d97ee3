/* z in the blocks: sines and cosines, a dense layer with SiLU, a dense layer for each block. */
#include "unet.h"

#include "layers/activations.h"
#include "layers/dense.h"

#include <math.h>
#include <string.h>

/* Frequencies from 1 to 100 in equal ratios: the field's fastest change with z is near z = 1. */
static void fill_features(const unet_plan *plan, size_t nz, const float *z, float *out) {
  const size_t half = plan->features / 2;
  for (size_t b = 0; b < nz; b++)
    for (size_t k = 0; k < half; k++) {
      const double phase = z[b] * pow(100, (double)k / (double)(half - 1));
      out[b * plan->features + k] = (float)sin(phase);
      out[b * plan->features + half + k] = (float)cos(phase);
    }
}

void unet_embed(const unet_plan *plan, size_t nz, const float *z, const float *w, unet_work *work) {
  const size_t wide = plan->embedding;
  fill_features(plan, nz, z, work->features);
  layers_dense(nz, plan->features, wide, work->features, w + plan->embed, w + plan->embed_bias,
               work->embedding);
  layers_silu(nz * wide, work->embedding, work->embedding, work->embedding_slope);
  for (size_t k = 0; k < BLOCKS; k++) {
    const unet_block *b = &plan->block[k];
    layers_dense(nz, wide, b->out.channels, work->embedding, w + b->shift, w + b->bias1,
                 work->shift[k]);
  }
}

/* dshift is the gradient of bias1, too. */
void unet_embed_backward(const unet_plan *plan, size_t nz, const float *w, unet_work *work,
                         float *dw) {
  const size_t wide = plan->embedding;
  float *sum = work->dembedding, *part = work->dpart;
  memset(sum, 0, nz * wide * sizeof *sum);
  for (size_t k = 0; k < BLOCKS; k++) {
    const unet_block *b = &plan->block[k];
    layers_dense_backward(nz, wide, b->out.channels, work->embedding, w + b->shift, work->dshift[k],
                          dw + b->shift, dw + b->bias1, part);
    for (size_t i = 0; i < nz * wide; i++) sum[i] += part[i];
  }
  layers_scale(nz * wide, work->embedding_slope, sum);
  layers_dense_backward(nz, plan->features, wide, work->features, w + plan->embed, sum,
                        dw + plan->embed, dw + plan->embed_bias, NULL);
}
