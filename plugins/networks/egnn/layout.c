/* Where weights and tape lie. */
#include "egnn.h"

#include "layers/workspace.h"

void egnn_layout(const egnn *net, size_t l, egnn_weights *out) {
  const size_t width = net->width, square = width * width;
  const size_t inner = stack_weights(egnn_stack(net, 1)), node = stack_weights(egnn_stack(net, 2));
  size_t at = 2 * width; /* the embedding of z: kernel and bias */
  for (size_t k = 0; k <= l; k++) {
    out->first = at;
    out->first_bias = out->first + (2 * width + 1) * width;
    out->edge = out->first_bias + width;
    out->coord = out->edge + inner;
    out->coord_last = out->coord + inner;
    out->node_first = out->coord_last + width;
    out->node_bias = out->node_first + 2 * square;
    out->node = out->node_bias + width;
    out->node_last = out->node + node;
    out->node_last_bias = out->node_last + square;
    out->end = out->node_last_bias + width;
    at = out->end;
  }
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

static void carve_layer(workspace *c, const egnn *net, const hifm_domain *domain, size_t n,
                        size_t nz, size_t l, egnn_tape *t) {
  const size_t width = net->width, particles = domain->particles;
  t->ordered = l > 0;
  t->moves = l + 1 < net->layers || domain->speed;
  t->pairs = particles * (particles - 1) / (t->ordered ? 1 : 2);
  t->rows = t->ordered ? n * particles : nz;
  const size_t all = n * t->pairs, nodes = n * particles;
  t->i = workspace_take(c, t->pairs);
  t->j = workspace_take(c, t->pairs);
  t->x = workspace_floats(c, n * domain->d);
  t->h = workspace_floats(c, (t->ordered ? nodes : n) * width);
  t->diff = workspace_floats(c, all * domain->space);
  t->d2 = workspace_floats(c, all);
  t->feature = workspace_floats(c, all);
  t->s = workspace_floats(c, all);
  t->first_act = workspace_floats(c, all * width);
  t->first_slope = workspace_floats(c, all * width);
  t->edge = workspace_floats(c, stack_tape(egnn_stack(net, 1), all));
  t->coord = workspace_floats(c, stack_tape(egnn_stack(net, 1), all));
  if (t->moves) {
    t->node_in = workspace_floats(c, nodes * 2 * width);
    t->node_act = workspace_floats(c, nodes * width);
    t->node_slope = workspace_floats(c, nodes * width);
    t->node = workspace_floats(c, stack_tape(egnn_stack(net, 2), nodes));
  }
  if (c->base) list_pairs(t, particles);
}

size_t egnn_carve(const egnn *net, const hifm_domain *domain, size_t n, size_t nz, void *base,
                  egnn_work *out) {
  const size_t width = net->width, nodes = n * domain->particles;
  workspace c = {base, 0};
  size_t all = 0;
  for (size_t l = 0; l < net->layers; l++) {
    carve_layer(&c, net, domain, n, nz, l, &out->layer[l]);
    all = n * out->layer[l].pairs; /* later layers have the more pairs */
  }
  out->x_out = workspace_floats(&c, n * domain->d);
  out->h_out = workspace_floats(&c, domain->speed ? nodes * width : 0);
  out->mean = workspace_floats(&c, domain->speed ? n * width : 0);
  out->speed = workspace_floats(&c, domain->speed ? n : 0);
  out->speed_slope = workspace_floats(&c, domain->speed ? n : 0);
  out->dx = workspace_floats(&c, n * domain->d);
  out->dx_next = workspace_floats(&c, n * domain->d);
  out->dh = workspace_floats(&c, nodes * width);
  out->dh_next = workspace_floats(&c, nodes * width);
  out->a = workspace_floats(&c, all * width);
  out->b = workspace_floats(&c, all * width);
  out->c = workspace_floats(&c, all * width);
  out->rows_a = workspace_floats(&c, nodes * width);
  out->rows_b = workspace_floats(&c, nodes * width);
  out->nodes = workspace_floats(&c, nodes * 2 * width);
  out->ds = workspace_floats(&c, all);
  return c.used;
}
