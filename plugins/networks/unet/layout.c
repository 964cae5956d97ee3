/* Where weights and tape are. */
#include "unet.h"

#include "layers/tensors.h"
#include "layers/workspace.h"

#include <string.h>

/* SiLU of a unit normal has the mean square 0.3556. Kernels after one are larger by the root of its
 * inverse, so that signals keep their size from layer to layer. */
static const double AFTER_SILU = 1.677;

static size_t add(tensor_list *list, const char *part, const char *name, size_t rows,
                  size_t columns, double gain) {
  return tensors_add(list, rows, columns, HIFM_INIT_LECUN, gain, "%s.%s", part, name);
}

static size_t add_bias(tensor_list *list, const char *part, const char *name, size_t columns) {
  return tensors_add(list, 1, columns, HIFM_INIT_ZERO, 1, "%s.%s", part, name);
}

static void add_block(tensor_list *list, const unet_plan *plan, size_t k, unet_block *b) {
  static const char *const NAMES[BLOCKS] = {"down0", "down1", "bottom", "up1", "up0"};
  const char *part = NAMES[k];
  const size_t out = b->out.channels;
  if (b->skip) {
    b->up = add(list, part, "up.kernel", 4 * 2 * out, out, AFTER_SILU);
    b->up_bias = add_bias(list, part, "up.bias", out);
  }
  b->kernel1 =
      add(list, part, "conv1.kernel", 9 * (b->skip + b->in.channels), out, k ? AFTER_SILU : 1);
  b->kernel1_in = b->kernel1 + 9 * b->skip * out;
  b->bias1 = add_bias(list, part, "conv1.bias", out);
  b->shift = add(list, part, "z.kernel", plan->embedding, out, 1);
  b->kernel2 = add(list, part, "conv2.kernel", 9 * out, out, AFTER_SILU);
  b->bias2 = add_bias(list, part, "conv2.bias", out);
}

size_t unet_layout(const unet *net, const hifm_task *task, unet_plan *plan, hifm_tensor *out,
                   size_t room) {
  const hifm_domain *domain = task->domain;
  tensor_list list = {out, room, 0, 0};
  const map image = {domain->height, domain->width, domain->channels};
  memset(plan, 0, sizeof *plan);
  plan->image = image;
  plan->features = 32;
  plan->embedding = 4 * net->width;
  plan->embed = add(&list, "z", "kernel", plan->features, plan->embedding, 1);
  plan->embed_bias = add_bias(&list, "z", "bias", plan->embedding);
  for (size_t k = 0; k < BLOCKS; k++) {
    unet_block *b = &plan->block[k];
    const size_t level = k <= DOWN ? k : 2 * DOWN - k, channels = net->width << level;
    b->level = level;
    b->out = (map){image.height >> level, image.width >> level, channels};
    b->in = b->out;
    if (k <= DOWN) b->in.channels = k ? channels / 2 : image.channels;
    b->skip = k > DOWN ? channels : 0;
    add_block(&list, plan, k, b);
  }
  plan->last = add(&list, "out", "kernel", net->width, image.channels, 1);
  plan->last_bias = add_bias(&list, "out", "bias", image.channels);
  if (task->vz) {
    plan->vz = add(&list, "speed", "kernel", net->width, 1, 1);
    plan->vz_bias = add_bias(&list, "speed", "bias", 1);
  }
  return list.count;
}

static size_t place_tape(const unet_plan *plan, void *base, unet_tape *out) {
  workspace space = {base, 0};
  for (size_t k = 0; k < BLOCKS; k++) {
    const size_t size = layers_map_size(plan->block[k].out);
    out->in[k] = workspace_floats(&space, layers_map_size(plan->block[k].in));
    out->first[k] = workspace_floats(&space, size);
    out->first_slope[k] = workspace_floats(&space, size);
    out->second[k] = workspace_floats(&space, size);
    out->second_slope[k] = workspace_floats(&space, size);
  }
  return space.used;
}

void unet_place_tape(const unet_plan *plan, float *base, unet_tape *out) {
  place_tape(plan, base, out);
}

static void place_block(workspace *space, const unet_block *b, size_t n, size_t k, unet_work *out) {
  const size_t channels = b->out.channels;
  out->shift[k] = workspace_floats(space, n * channels);
  out->dshift[k] = workspace_floats(space, n * channels);
  out->turned1[k] =
      workspace_floats(space, 9 * channels * (b->skip + layers_lanes(b->in.channels)));
  out->turned2[k] = workspace_floats(space, 9 * channels * channels);
  out->turned_up[k] = workspace_floats(space, b->skip ? 4 * channels * 2 * channels : 0);
}

static void place_level(workspace *space, const unet_block *down, unet_work *out) {
  const size_t level = down->level, size = layers_map_size(down->out);
  map in = down->in;
  in.channels = layers_lanes(in.channels);
  out->dout[level] = workspace_floats(space, size);
  out->dmid[level] = workspace_floats(space, size);
  out->dskip[level] = workspace_floats(space, size);
  out->dup[level] = workspace_floats(space, size);
  out->din[level] = workspace_floats(space, layers_map_size(in));
}

size_t unet_place(const unet_plan *plan, size_t n, void *base, unet_work *out) {
  workspace space = {base, 0};
  unet_tape tape;
  out->image = place_tape(plan, NULL, &tape) / sizeof(float);
  out->features = workspace_floats(&space, n * plan->features);
  out->embedding = workspace_floats(&space, n * plan->embedding);
  out->embedding_slope = workspace_floats(&space, n * plan->embedding);
  out->dembedding = workspace_floats(&space, n * plan->embedding);
  out->dpart = workspace_floats(&space, n * plan->embedding);
  out->means = workspace_floats(&space, n * plan->block[0].out.channels);
  out->vz_slope = workspace_floats(&space, n);
  for (size_t k = 0; k < BLOCKS; k++) place_block(&space, &plan->block[k], n, k, out);
  for (size_t l = 0; l < LEVELS; l++) place_level(&space, &plan->block[l], out);
  out->pixels = workspace_floats(&space, layers_map_size(plan->image));
  out->images = workspace_floats(&space, n * out->image);
  return space.used;
}
