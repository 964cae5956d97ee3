/* One image through all blocks, and back. */
#include "unet.h"

#include "layers/activations.h"

#include <string.h>

static void clear(map m, float *x) {
  memset(x, 0, layers_map_size(m) * sizeof *x);
}

static map widened(map in) {
  return (map){in.height, in.width, layers_lanes(in.channels)};
}

/* The output of the downward block of the same level. */
static float *skip_of(const unet_tape *tape, size_t k) {
  return tape->second[2 * DOWN - k];
}

static void block_forward(const unet_block *b, size_t k, const float *w, const float *shift,
                          const unet_tape *tape) {
  const size_t channels = b->out.channels, size = layers_map_size(b->out);
  float *first = tape->first[k], *second = tape->second[k];
  clear(b->out, first);
  layers_shift(b->out, shift, first);
  if (b->skip) layers_conv(b->out, channels, skip_of(tape, k), w + b->kernel1, first);
  layers_conv(b->in, channels, tape->in[k], w + b->kernel1_in, first);
  layers_silu(size, first, first, tape->first_slope[k]);
  clear(b->out, second);
  layers_shift(b->out, w + b->bias2, second);
  layers_conv(b->out, channels, first, w + b->kernel2, second);
  layers_silu(size, second, second, tape->second_slope[k]);
}

void unet_forward(const unet_plan *plan, const float *w, const unet_work *work, size_t row,
                  const float *x, const unet_tape *tape) {
  layers_frame(plan->image, x, tape->in[0]);
  for (size_t k = 0; k < BLOCKS; k++) {
    const unet_block *b = &plan->block[k], *before = b - 1;
    if (b->skip) {
      clear(b->in, tape->in[k]);
      layers_shift(b->in, w + b->up_bias, tape->in[k]);
      layers_up(before->out, b->in.channels, tape->second[k - 1], w + b->up, tape->in[k]);
    } else if (k > 0) {
      layers_pool(before->out, tape->second[k - 1], tape->in[k]);
    }
    block_forward(b, k, w, work->shift[k] + row * b->out.channels, tape);
  }
}

void unet_turn(const unet_plan *plan, const float *w, const unet_work *work) {
  for (size_t k = 0; k < BLOCKS; k++) {
    const unet_block *b = &plan->block[k];
    const size_t channels = b->out.channels, part = 9 * b->skip * channels;
    if (b->skip) {
      layers_conv_turn(b->skip, channels, w + b->kernel1, work->turned1[k]);
      layers_up_turn(2 * channels, channels, w + b->up, work->turned_up[k]);
    }
    layers_conv_turn(b->in.channels, channels, w + b->kernel1 + part, work->turned1[k] + part);
    layers_conv_turn(channels, channels, w + b->kernel2, work->turned2[k]);
  }
}

/* dout, the gradient by the block's output, becomes that by the second convolution before SiLU; the
 * returned map is that by the first one. */
static float *convolutions_back(const unet_block *b, size_t k, const unet_work *work, size_t row,
                                const unet_tape *tape, float *dout, float *dw) {
  const size_t channels = b->out.channels, size = layers_map_size(b->out);
  float *dmid = work->dmid[b->level];
  layers_scale(size, tape->second_slope[k], dout);
  clear(b->out, dmid);
  layers_conv(b->out, channels, dout, work->turned2[k], dmid);
  layers_scale(size, tape->first_slope[k], dmid);
  if (!dw) return dmid;
  layers_conv_weights(b->out, channels, tape->first[k], dout, dw + b->kernel2);
  layers_sum(b->out, dout, dw + b->bias2);
  if (b->skip) layers_conv_weights(b->out, channels, skip_of(tape, k), dmid, dw + b->kernel1);
  layers_conv_weights(b->in, channels, tape->in[k], dmid, dw + b->kernel1_in);
  layers_sum(b->out, dmid, work->dshift[k] + row * channels);
  return dmid;
}

/* To the skip connection and, through the up-convolution, to the block below. */
static void upward_back(const unet_block *b, size_t k, const unet_work *work, const unet_tape *tape,
                        const float *dmid, float *dw) {
  const size_t level = b->level, channels = b->out.channels;
  const map below = (b - 1)->out;
  clear(b->out, work->dskip[level]);
  layers_conv(b->out, channels, dmid, work->turned1[k], work->dskip[level]);
  clear(b->in, work->dup[level]);
  layers_conv(b->out, channels, dmid, work->turned1[k] + 9 * b->skip * channels, work->dup[level]);
  clear(below, work->dout[level + 1]);
  layers_up_back(below, channels, work->dup[level], work->turned_up[k], work->dout[level + 1]);
  if (!dw) return;
  layers_up_weights(below, channels, tape->second[k - 1], work->dup[level], dw + b->up);
  layers_sum(b->in, work->dup[level], dw + b->up_bias);
}

static void input_back(const unet_block *b, size_t k, const unet_work *work, const float *dmid) {
  float *din = work->din[b->level];
  clear(widened(b->in), din);
  layers_conv(b->out, layers_lanes(b->in.channels), dmid, work->turned1[k], din);
}

void unet_backward(const unet_plan *plan, const unet_work *work, size_t row, const unet_tape *tape,
                   float *dw, bool dx) {
  for (size_t k = BLOCKS; k-- > 0;) {
    const unet_block *b = &plan->block[k];
    float *dout = k < DOWN ? work->dskip[b->level] : work->dout[b->level];
    const float *dmid = convolutions_back(b, k, work, row, tape, dout, dw);
    if (b->skip) {
      upward_back(b, k, work, tape, dmid, dw);
    } else if (k > 0) {
      input_back(b, k, work, dmid);
      layers_pool_back((b - 1)->out, work->din[b->level], work->dskip[b->level - 1]);
    } else if (dx) {
      input_back(b, k, work, dmid);
    }
  }
}
