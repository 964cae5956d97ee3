/* Where weights and tape are. */
#include "divergence.h"
#include "formula.h"

#include "layers/tensors.h"
#include "layers/workspace.h"

#include <stdio.h>

/* LAYER is "layer0" and so on; "" where the list only computes places, in every call. */
typedef struct layer_name {
  char text[32];
} layer_name;

static layer_name name_of(const tensor_list *list, size_t l, const char *part) {
  layer_name name = {""};
  if (list->room > 0) snprintf(name.text, sizeof name.text, "layer%u.%s", (unsigned)l, part);
  return name;
}

/* The first edge layer, with squared distances as in the paper: one dense layer of 2 W + 1 inputs.
 * The logarithm of a distance is of the order of 1. As one of 2 W + 1 inputs it would hardly matter
 * at first; so the layer is the sum of three, each with the variance of its own inputs. */
static void add_first_edge(tensor_list *list, const egnn *net, size_t l, egnn_layer_weights *at) {
  const size_t width = net->width;
  const layer_name edge = name_of(list, l, "edge0");
  const size_t distances = net->initial_distance ? 2 : 1;
  if (net->distance == EGNN_SQUARED) {
    at->kernel_i =
        tensors_add(list, 2 * width + distances, width, HIFM_INIT_LECUN, 1, "%s.kernel", edge.text);
    at->kernel_j = at->kernel_i + width * width;
    at->kernel_d = at->kernel_j + width * width;
  } else {
    at->kernel_i = tensors_add(list, width, width, HIFM_INIT_LECUN, 1, "%s.kernel_i", edge.text);
    at->kernel_j = tensors_add(list, width, width, HIFM_INIT_LECUN, 1, "%s.kernel_j", edge.text);
    at->kernel_d =
        tensors_add(list, distances, width, HIFM_INIT_LECUN, 1, "%s.kernel_d", edge.text);
  }
  at->kernel_0 = at->kernel_d + width;
  at->first_bias = tensors_add(list, 1, width, HIFM_INIT_ZERO, 1, "%s.bias", edge.text);
}

static void add_node(tensor_list *list, const egnn *net, size_t l, egnn_layer_weights *at) {
  const size_t width = net->width;
  const unsigned last = (unsigned)net->depth - 1;
  const layer_name node = name_of(list, l, "node");
  at->node_first = tensors_add(list, 2 * width, width, HIFM_INIT_LECUN, 1, "%s0.kernel", node.text);
  at->node_first_bias = tensors_add(list, 1, width, HIFM_INIT_ZERO, 1, "%s0.bias", node.text);
  at->node = stack_tensors(list, egnn_stack(net, 2), node.text, 1);
  at->node_last =
      tensors_add(list, width, width, HIFM_INIT_LECUN, 1, "%s%u.kernel", node.text, last);
  at->node_last_bias = tensors_add(list, 1, width, HIFM_INIT_ZERO, 1, "%s%u.bias", node.text, last);
}

static void add_layer(tensor_list *list, const egnn *net, size_t l, bool moves,
                      egnn_layer_weights *at) {
  const layer_name coord = name_of(list, l, "coord");
  add_first_edge(list, net, l, at);
  at->edge = stack_tensors(list, egnn_stack(net, 1), name_of(list, l, "edge").text, 1);
  if (net->attention) {
    const layer_name gate = name_of(list, l, "gate0");
    at->gate = tensors_add(list, net->width, 1, HIFM_INIT_LECUN, 1, "%s.kernel", gate.text);
    at->gate_bias = tensors_add(list, 1, 1, HIFM_INIT_ZERO, 1, "%s.bias", gate.text);
  }
  at->coord = stack_tensors(list, egnn_stack(net, 1), coord.text, 0);
  at->coord_last = tensors_add(list, net->width, 1, HIFM_INIT_XAVIER, 1e-3, "%s%u.kernel",
                               coord.text, (unsigned)net->depth - 1);
  if (moves) add_node(list, net, l, at);
}

static bool layer_moves(const egnn *net, bool vz, size_t l) {
  return l + 1 < net->layers || vz;
}

size_t egnn_layout(const egnn *net, bool vz, egnn_weights *at, hifm_tensor *tensors, size_t room) {
  const size_t width = net->width;
  tensor_list list = {tensors, room, 0, 0};
  at->embed = tensors_add(&list, 1, width, HIFM_INIT_LECUN, 1, "layer0.embed0.kernel");
  at->embed_bias = tensors_add(&list, 1, width, HIFM_INIT_ZERO, 1, "layer0.embed0.bias");
  for (size_t l = 0; l < net->layers; l++)
    add_layer(&list, net, l, layer_moves(net, vz, l), &at->layer[l]);
  if (!vz) return list.count;
  const layer_name head = name_of(&list, (size_t)net->layers - 1, "speed0");
  at->vz = tensors_add(&list, width, 1, HIFM_INIT_LECUN, 1, "%s.kernel", head.text);
  at->vz_bias = tensors_add(&list, 1, 1, HIFM_INIT_ZERO, 1, "%s.bias", head.text);
  return list.count;
}

static void list_pairs(egnn_tape *tape, size_t particles) {
  size_t p = 0;
  for (size_t i = 0; i < particles; i++)
    for (size_t j = tape->ordered ? 0 : i + 1; j < particles; j++)
      if (i != j) {
        tape->i[p] = (unsigned char)i;
        tape->j[p++] = (unsigned char)j;
      }
}

static void place_layer(workspace *space, const egnn *net, const hifm_task *task, size_t n,
                        size_t nz, size_t l, egnn_tape *t) {
  const size_t width = net->width, particles = task->domain->particles;
  t->ordered = l > 0;
  t->moves = layer_moves(net, task->vz, l);
  t->pairs = particles * (particles - 1) / (t->ordered ? 1 : 2);
  t->rows = t->ordered ? n * particles : nz;
  const size_t all = n * t->pairs, nodes = n * particles;
  t->i = workspace_take(space, t->pairs);
  t->j = workspace_take(space, t->pairs);
  t->x = workspace_floats(space, n * task->domain->d);
  t->h = workspace_floats(space, (t->ordered ? nodes : n) * width);
  t->diff = workspace_floats(space, all * task->domain->space);
  t->d2 = workspace_floats(space, all);
  t->feature = workspace_floats(space, all);
  t->s = workspace_floats(space, all);
  t->first_act = workspace_floats(space, all * width);
  t->first_slope = workspace_floats(space, all * width);
  t->edge = workspace_floats(space, stack_tape(egnn_stack(net, 1), all));
  t->coord = workspace_floats(space, stack_tape(egnn_stack(net, 1), all));
  if (net->attention) {
    t->gate = workspace_floats(space, all);
    t->gated = workspace_floats(space, all * width);
  }
  if (t->moves) {
    t->node_in = workspace_floats(space, nodes * 2 * width);
    t->node_act = workspace_floats(space, nodes * width);
    t->node_slope = workspace_floats(space, nodes * width);
    t->node = workspace_floats(space, stack_tape(egnn_stack(net, 2), nodes));
  }
  if (space->base) list_pairs(t, particles);
}

size_t egnn_place(const egnn *net, const hifm_task *task, size_t n, size_t nz, void *base,
                  egnn_work *out) {
  const size_t width = net->width, d = task->domain->d, nodes = n * task->domain->particles;
  const size_t vz = task->vz ? 1 : 0;
  workspace space = {base, 0};
  size_t all = 0;
  for (size_t l = 0; l < net->layers; l++) {
    place_layer(&space, net, task, n, nz, l, &out->layer[l]);
    all = n * out->layer[l].pairs; /* later layers have more pairs */
  }
  const size_t initial = net->initial_distance ? all : 0;
  out->diff0 = workspace_floats(&space, initial * task->domain->space);
  out->d20 = workspace_floats(&space, initial);
  out->feature0 = workspace_floats(&space, initial);
  out->dx0 = workspace_floats(&space, n * d);
  out->x_out = workspace_floats(&space, n * d);
  out->h_out = workspace_floats(&space, vz * nodes * width);
  out->mean = workspace_floats(&space, vz * n * width);
  out->vz = workspace_floats(&space, vz * n);
  out->vz_slope = workspace_floats(&space, vz * n);
  out->dx = workspace_floats(&space, n * d);
  out->dx_next = workspace_floats(&space, n * d);
  out->dh = workspace_floats(&space, nodes * width);
  out->dh_next = workspace_floats(&space, nodes * width);
  out->a = workspace_floats(&space, all * width);
  out->b = workspace_floats(&space, all * width);
  out->c = workspace_floats(&space, all * width);
  out->rows_a = workspace_floats(&space, nodes * width);
  out->rows_b = workspace_floats(&space, nodes * width);
  out->nodes = workspace_floats(&space, nodes * 2 * width);
  out->along = workspace_floats(&space, all);
  out->ds = workspace_floats(&space, all);
  if (!task->vz) divergence_place(&space, net, task->domain, &out->divergence);
  return space.used;
}
