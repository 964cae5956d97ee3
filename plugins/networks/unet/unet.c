#include "unet.h"

#include "layers/activations.h"
#include "layers/dense.h"

#include <string.h>

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  const unet *net = self;
  const unsigned whole = 1u << DOWN;
  if (domain->height == 0)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "the data are not images; use mlp or egnn");
  if (domain->height % whole || domain->width % whole)
    return hifm_fail(err, HIFM_BAD_SETTINGS,
                     "images of %u x %u pixels; height and width must be multiples of %u",
                     domain->height, domain->width, whole);
  if (net->width % LAYERS_LANES)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "width = %llu, which must be a multiple of %d",
                     (unsigned long long)net->width, (int)LAYERS_LANES);
  return HIFM_OK;
}

static size_t tensors(const void *self, const hifm_task *task, hifm_tensor *out, size_t room) {
  unet_plan plan;
  return unet_layout(self, task, &plan, out, room);
}

/* The plan, and the places of all arrays for n images; returns the bytes of work. */
static size_t place(const void *self, const hifm_task *task, size_t n, void *memory,
                    unet_plan *plan, unet_work *work) {
  unet_layout(self, task, plan, NULL, 0);
  return unet_place(plan, n, memory, work);
}

/* Tape that stays in the last cache until the backward pass, but at least so many images that
 * turning the kernels does not count. */
static size_t chunk(const void *self, const hifm_task *task, size_t n) {
  const size_t target = (size_t)16 << 20, least = 8;
  unet_plan plan;
  unet_work work;
  place(self, task, 1, NULL, &plan, &work);
  const size_t fit = target / (work.image * sizeof(float));
  return fit < least ? (n < least ? n : least) : n < fit ? n : fit;
}

static size_t work_bytes(const void *self, const hifm_task *task, size_t n) {
  unet_plan plan;
  unet_work work;
  return place(self, task, n, NULL, &plan, &work);
}

/* The 1 x 1 convolution, of all pixels of the map; those of the frame are then left out. */
static void last_forward(const unet_plan *plan, const float *w, const unet_work *work,
                         const float *x, float *v) {
  const map image = plan->image;
  layers_dense((image.height + 2) * (image.width + 2), plan->block[0].out.channels, image.channels,
               x, w + plan->last, w + plan->last_bias, work->pixels);
  layers_unframe(image, image.channels, work->pixels, v);
}

/* v_z = softplus(mean over all pixels . kernel + bias); positive: velocities are divided by it. */
static void vz_forward(const unet_plan *plan, const float *w, const float *x, float *means,
                       float *slope, float *v) {
  const map out = plan->block[0].out;
  memset(means, 0, out.channels * sizeof *means);
  layers_sum(out, x, means);
  for (size_t c = 0; c < out.channels; c++) means[c] /= (float)(out.height * out.width);
  layers_dense(1, out.channels, 1, means, w + plan->vz, w + plan->vz_bias, v);
  layers_softplus(1, v, v, slope);
}

static void forward(const void *self, const hifm_task *task, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  const size_t d = task->domain->d, stride = task->vz ? d + 1 : d;
  unet_plan plan;
  unet_work work;
  unet_tape tape;
  place(self, task, batch->n, memory, &plan, &work);
  unet_embed(&plan, batch->nz, batch->z, w, &work);
  for (size_t b = 0; b < batch->n; b++) {
    unet_place_tape(&plan, work.images + b * work.image, &tape);
    unet_forward(&plan, w, &work, batch->nz == 1 ? 0 : b, batch->x + b * d, &tape);
    const float *last = tape.second[BLOCKS - 1];
    last_forward(&plan, w, &work, last, v + b * stride);
    if (task->vz)
      vz_forward(&plan, w, last, work.means + b * plan.block[0].out.channels, work.vz_slope + b,
                 v + b * stride + d);
  }
}

/* Writes work->dout[0], the gradient by the last activations. */
static void last_backward(const unet_plan *plan, const float *w, const unet_work *work,
                          const float *x, const float *dv, float *dw) {
  const map image = plan->image;
  layers_frame(image, dv, work->pixels);
  layers_dense_backward((image.height + 2) * (image.width + 2), plan->block[0].out.channels,
                        image.channels, x, w + plan->last, work->pixels,
                        dw ? dw + plan->last : NULL, dw ? dw + plan->last_bias : NULL,
                        work->dout[0]);
}

static void vz_backward(const unet_plan *plan, const float *w, const unet_work *work, float *means,
                        float dv, float *dw) {
  const map out = plan->block[0].out;
  if (dw) {
    dw[plan->vz_bias] += dv;
    for (size_t c = 0; c < out.channels; c++) dw[plan->vz + c] += dv * means[c];
  }
  float *each = work->dpart; /* what every pixel gets */
  for (size_t c = 0; c < out.channels; c++)
    each[c] = dv / (float)(out.height * out.width) * w[plan->vz + c];
  layers_shift(out, each, work->dout[0]);
}

static void clear_shifts(const unet_plan *plan, size_t nz, const unet_work *work) {
  for (size_t k = 0; k < BLOCKS; k++)
    memset(work->dshift[k], 0, nz * plan->block[k].out.channels * sizeof(float));
}

static void backward(const void *self, const hifm_task *task, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory) {
  const size_t d = task->domain->d, stride = task->vz ? d + 1 : d;
  unet_plan plan;
  unet_work work;
  unet_tape tape;
  place(self, task, batch->n, memory, &plan, &work);
  unet_turn(&plan, w, &work);
  clear_shifts(&plan, batch->nz, &work);
  for (size_t b = 0; b < batch->n; b++) {
    unet_place_tape(&plan, work.images + b * work.image, &tape);
    last_backward(&plan, w, &work, tape.second[BLOCKS - 1], dv + b * stride, dw);
    if (task->vz)
      vz_backward(&plan, w, &work, work.means + b * plan.block[0].out.channels,
                  work.vz_slope[b] * dv[b * stride + d], dw);
    unet_backward(&plan, &work, batch->nz == 1 ? 0 : b, &tape, dw, dx != NULL);
    if (dx) {
      const map image = plan.image;
      layers_unframe((map){image.height, image.width, layers_lanes(image.channels)}, image.channels,
                     work.din[0], dx + b * d);
    }
  }
  if (dw) unet_embed_backward(&plan, batch->nz, w, &work, dw);
}

static const hifm_param params[] = {
    HIFM_PARAM_COUNT(unet, width, 32, LAYERS_LANES, 1024,
                     "channels of the first level, a multiple of 16"),
    HIFM_PARAM_END};

static const hifm_network_ops ops = {.has_vz = true,
                                     .tensors = tensors,
                                     .chunk = chunk,
                                     .work = work_bytes,
                                     .forward = forward,
                                     .backward = backward};

HIFM_PLUGIN(network, HIFM_NETWORK, unet, .revision = 1, .name = "unet",
            .summary = "UNet for images (Ronneberger et al. 2015), two levels down", .init = init,
            .params = params, .ops = {.network = &ops});
