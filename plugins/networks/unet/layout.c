/* Where weights and tape lie. */
#include "unet.h"

#include "layers/workspace.h"

#include <stdio.h>
#include <string.h>

/* SiLU of a unit normal has the mean square 0.3556: kernels that follow one are as much larger, or
 * signals would fade from layer to layer. */
static const double after_silu = 1.677;

typedef struct tensor_list {
  hifm_tensor *out;
  size_t room, count, offset;
} tensor_list;

static size_t add(tensor_list *list, const char *part, const char *name, size_t rows,
                  size_t columns, hifm_initialiser kind, double gain) {
  const size_t at = list->offset;
  if (list->count < list->room) {
    hifm_tensor *t = &list->out[list->count];
    *t = (hifm_tensor){.rows = rows, .columns = columns, .init = kind, .gain = gain};
    snprintf(t->name, sizeof t->name, "%.20s.%.20s", part, name);
  }
  list->count++;
  list->offset += rows * columns;
  return at;
}

static size_t add_bias(tensor_list *list, const char *part, const char *name, size_t columns) {
  return add(list, part, name, 1, columns, HIFM_INIT_ZERO, 1);
}

static void add_block(tensor_list *list, const unet_plan *plan, size_t k, unet_block *b) {
  static const char *const names[BLOCKS] = {"down0", "down1", "bottom", "up1", "up0"};
  const char *part = names[k];
  const size_t out = b->out.channels;
  if (b->skip) {
    b->up = add(list, part, "up.kernel", 4 * 2 * out, out, HIFM_INIT_LECUN, after_silu);
    b->up_bias = add_bias(list, part, "up.bias", out);
  }
  b->kernel1 = add(list, part, "conv1.kernel", 9 * (b->skip + b->in.channels), out, HIFM_INIT_LECUN,
                   k ? after_silu : 1);
  b->bias1 = add_bias(list, part, "conv1.bias", out);
  b->shift = add(list, part, "z.kernel", plan->embedding, out, HIFM_INIT_LECUN, 1);
  b->kernel2 = add(list, part, "conv2.kernel", 9 * out, out, HIFM_INIT_LECUN, after_silu);
  b->bias2 = add_bias(list, part, "conv2.bias", out);
}

size_t unet_layout(const unet *net, const hifm_domain *domain, unet_plan *plan, hifm_tensor *out,
                   size_t room) {
  tensor_list list = {out, room, 0, 0};
  const map image = {domain->height, domain->width, domain->channels};
  memset(plan, 0, sizeof *plan);
  plan->image = image;
  plan->features = 32;
  plan->embedding = 4 * net->width;
  plan->embed = add(&list, "z", "kernel", plan->features, plan->embedding, HIFM_INIT_LECUN, 1);
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
  plan->last = add(&list, "out", "kernel", net->width, image.channels, HIFM_INIT_LECUN, 1);
  plan->last_bias = add_bias(&list, "out", "bias", image.channels);
  if (domain->speed) {
    plan->speed = add(&list, "speed", "kernel", net->width, 1, HIFM_INIT_LECUN, 1);
    plan->speed_bias = add_bias(&list, "speed", "bias", 1);
  }
  return list.count;
}

static size_t tape_of(const unet_plan *plan, void *base, unet_tape *out) {
  workspace c = {base, 0};
  for (size_t k = 0; k < BLOCKS; k++) {
    const size_t size = layers_map_size(plan->block[k].out);
    out->in[k] = workspace_floats(&c, layers_map_size(plan->block[k].in));
    out->first[k] = workspace_floats(&c, size);
    out->first_slope[k] = workspace_floats(&c, size);
    out->second[k] = workspace_floats(&c, size);
    out->second_slope[k] = workspace_floats(&c, size);
  }
  return c.used;
}

void unet_carve_tape(const unet_plan *plan, float *base, unet_tape *out) {
  tape_of(plan, base, out);
}

static void carve_block(workspace *c, const unet_block *b, size_t n, size_t k, unet_work *out) {
  const size_t channels = b->out.channels;
  out->shift[k] = workspace_floats(c, n * channels);
  out->dshift[k] = workspace_floats(c, n * channels);
  out->turned1[k] = workspace_floats(c, 9 * channels * (b->skip + layers_lanes(b->in.channels)));
  out->turned2[k] = workspace_floats(c, 9 * channels * channels);
  out->turned_up[k] = workspace_floats(c, b->skip ? 4 * channels * 2 * channels : 0);
}

static void carve_level(workspace *c, const unet_block *down, unet_work *out) {
  const size_t level = down->level, size = layers_map_size(down->out);
  map in = down->in;
  in.channels = layers_lanes(in.channels);
  out->dout[level] = workspace_floats(c, size);
  out->dmid[level] = workspace_floats(c, size);
  out->dskip[level] = workspace_floats(c, size);
  out->dup[level] = workspace_floats(c, size);
  out->din[level] = workspace_floats(c, layers_map_size(in));
}

size_t unet_carve(const unet_plan *plan, size_t n, void *base, unet_work *out) {
  workspace c = {base, 0};
  unet_tape tape;
  out->image = tape_of(plan, NULL, &tape) / sizeof(float);
  out->features = workspace_floats(&c, n * plan->features);
  out->embedding = workspace_floats(&c, n * plan->embedding);
  out->embedding_slope = workspace_floats(&c, n * plan->embedding);
  out->dembedding = workspace_floats(&c, n * plan->embedding);
  out->dpart = workspace_floats(&c, n * plan->embedding);
  out->means = workspace_floats(&c, n * plan->block[0].out.channels);
  out->speed_slope = workspace_floats(&c, n);
  for (size_t k = 0; k < BLOCKS; k++) carve_block(&c, &plan->block[k], n, k, out);
  for (size_t l = 0; l < LEVELS; l++) carve_level(&c, &plan->block[l], out);
  out->pixels = workspace_floats(&c, layers_map_size(plan->image));
  out->images = workspace_floats(&c, n * out->image);
  return c.used;
}
