/* UNet for images (Ronneberger, Fischer and Brox 2015) of a velocity field v(y, z).
 *
 *   block 0  [H, W]       ------------------- skip ------------------->  block 4 -> 1 x 1 -> v
 *      mean of 2 x 2                                                        up-convolution
 *   block 1  [H/2, W/2]   -------- skip -------->  block 3  ----------------^
 *      mean of 2 x 2                                  up-convolution
 *   block 2  [H/4, W/4]  -------------------------------^
 *
 * A block is two 3 x 3 convolutions, each followed by SiLU; the first gets a shift per channel that
 * depends on z. Level l has 2^l width channels. Convolutions see zeros around the image, so sizes
 * stay. Where the original has maximum and ReLU there are mean and SiLU: the field is integrated,
 * and a solver takes longer steps the smoother it is.
 *
 * Shapes: maps [height + 2, width + 2, channels] as in layers/conv.h; n images, nz values of z. */
#ifndef UNET_H
#define UNET_H

#include "hifm/network.h"
#include "layers/conv.h"

enum { DOWN = 2, LEVELS = DOWN + 1, BLOCKS = 2 * DOWN + 1 };

typedef struct unet {
  uint64_t width;
} unet;

/* What a block reads, and the offsets of its weights. An upward block reads, before `in`, the
 * output of the downward block of its level: `skip` channels. */
typedef struct unet_block {
  map in, out;
  size_t level, skip;
  size_t up, up_bias; /* of the up-convolution that makes `in`; upward blocks only */
  size_t kernel1,
      kernel1_in;      /* the first convolution's rows: all, from `skip` on; those for `in` */
  size_t bias1, shift; /* shift [embedding, channels]: from z */
  size_t kernel2, bias2;
} unet_block;

typedef struct unet_plan {
  map image;
  unet_block block[BLOCKS];
  size_t embed, embed_bias, last, last_bias, vz, vz_bias; /* offsets of weights */
  size_t features, embedding; /* sines and cosines of z; width of the dense layer on them */
} unet_plan;

/* Writes the plan, and declares the tensors as hifm_network_ops.tensors does. */
size_t unet_layout(const unet *net, const hifm_task *task, unet_plan *plan, hifm_tensor *out,
                   size_t room);

/* One image: inputs, activations and slopes of a block's convolutions. */
typedef struct unet_tape {
  float *in[BLOCKS], *first[BLOCKS], *first_slope[BLOCKS], *second[BLOCKS], *second_slope[BLOCKS];
} unet_tape;

typedef struct unet_work {
  float *features, *embedding, *embedding_slope; /* [nz, ...] */
  float *shift[BLOCKS];                          /* [nz, channels]: bias and z */
  float *means, *vz_slope;                       /* [n, width], [n]: what v_z reads */
  float *dshift[BLOCKS], *dembedding, *dpart;    /* [nz, ...] */
  float *turned1[BLOCKS], *turned2[BLOCKS], *turned_up[BLOCKS];
  float *dout[LEVELS], *dmid[LEVELS], *dskip[LEVELS], *din[LEVELS], *dup[LEVELS]; /* maps */
  float *pixels; /* [map of image, channels], what the last 1 x 1 convolution works on */
  float *images; /* n tapes */
  size_t image;  /* floats of a tape */
} unet_work;

/* The places of all arrays for n images in `base` (NULL: only their size); returns bytes. */
size_t unet_place(const unet_plan *plan, size_t n, void *base, unet_work *out);
void unet_place_tape(const unet_plan *plan, float *base, unet_tape *out);

/* shift of all blocks from z [nz]; and back: dshift -> dw (added). */
void unet_embed(const unet_plan *plan, size_t nz, const float *z, const float *w, unet_work *work);
void unet_embed_backward(const unet_plan *plan, size_t nz, const float *w, unet_work *work,
                         float *dw);

/* One image x [d]; row: its row of shift. The last activations are tape->second[BLOCKS - 1]. */
void unet_forward(const unet_plan *plan, const float *w, const unet_work *work, size_t row,
                  const float *x, const unet_tape *tape);

/* The gradient by the last activations is in work->dout[0], which is overwritten. Adds to dw (may
 * be NULL) and to dshift[row]; with dx the gradient by the input is in work->din[0] afterwards. */
void unet_backward(const unet_plan *plan, const unet_work *work, size_t row, const unet_tape *tape,
                   float *dw, bool dx);

/* Turns all kernels, as unet_backward needs them. */
void unet_turn(const unet_plan *plan, const float *w, const unet_work *work);

#endif
