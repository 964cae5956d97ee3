/* The EGNN network plugin: the paper's "one main layer, each MLP component having 4 layers with 150
 * features, all softplus" (section 4.4.2), any number of layers, exact divergence for one. */
#include "egnn.h"

#include "layers/activations.h"
#include "layers/dense.h"

#include <stdio.h>
#include <string.h>

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self;
  if (domain->particles < 2)
    return hifm_fail(err, HIFM_BAD_CONFIG, "egnn: the data are no particles; use mlp");
  if (domain->particles > 255)
    return hifm_fail(err, HIFM_BAD_CONFIG, "egnn: %u particles, at most 255 are allowed",
                     domain->particles);
  return HIFM_OK;
}

typedef struct tensor_list {
  hifm_tensor *out;
  size_t room, count;
} tensor_list;

static void add(tensor_list *list, const char *part, size_t l, size_t k, const char *kind,
                size_t rows, size_t columns, hifm_initialiser init_kind, double gain) {
  if (list->count < list->room) {
    hifm_tensor *t = &list->out[list->count];
    *t = (hifm_tensor){.rows = rows, .columns = columns, .init = init_kind, .gain = gain};
    snprintf(t->name, sizeof t->name, "layer%u.%.8s%u.%.8s", (unsigned)l, part, (unsigned)k,
             kind);
  }
  list->count++;
}

static void add_dense(tensor_list *list, const char *part, size_t l, size_t k, size_t in,
                      size_t out) {
  add(list, part, l, k, "kernel", in, out, HIFM_INIT_LECUN, 1);
  add(list, part, l, k, "bias", 1, out, HIFM_INIT_ZERO, 1);
}

static size_t tensors(const void *self, const hifm_domain *domain, hifm_tensor *out, size_t room) {
  const egnn *net = self;
  const size_t width = net->width, depth = net->depth;
  tensor_list list = {out, room, 0};
  (void)domain;
  add_dense(&list, "embed", 0, 0, 1, width);
  for (size_t l = 0; l < net->layers; l++) {
    add_dense(&list, "edge", l, 0, 2 * width + 1, width);
    for (size_t k = 1; k < depth; k++) add_dense(&list, "edge", l, k, width, width);
    for (size_t k = 0; k + 1 < depth; k++) add_dense(&list, "coord", l, k, width, width);
    add(&list, "coord", l, depth - 1, "kernel", width, 1, HIFM_INIT_XAVIER, 1e-3);
    if (l + 1 == net->layers) break;
    add_dense(&list, "node", l, 0, 2 * width, width);
    for (size_t k = 1; k < depth; k++) add_dense(&list, "node", l, k, width, width);
  }
  return list.count;
}

/* Tape that fits the second-level cache, so that the backward pass finds it there. */
static size_t chunk(const void *self, const hifm_domain *domain, size_t n) {
  const egnn *net = self;
  egnn_work work;
  const size_t target = (size_t)2 << 20, one = egnn_carve(net, domain, 1, 1, NULL, &work);
  const size_t fit = target / one;
  return fit < 1 ? 1 : fit > n ? n : fit;
}

static size_t work_bytes(const void *self, const hifm_domain *domain, size_t n) {
  egnn_work work;
  return egnn_carve(self, domain, n, n, NULL, &work);
}

static void remove_mean(const hifm_domain *domain, size_t n, float *v) {
  const size_t particles = domain->particles, space = domain->space;
  for (size_t b = 0; b < n; b++)
    for (size_t k = 0; k < space; k++) {
      float *at = v + b * domain->d + k, mean = 0;
      for (size_t i = 0; i < particles; i++) mean += at[i * space];
      mean /= (float)particles;
      for (size_t i = 0; i < particles; i++) at[i * space] -= mean;
    }
}

static void forward(const void *self, const hifm_domain *domain, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  const egnn *net = self;
  const size_t n = batch->n, count = n * domain->d;
  egnn_work work;
  egnn_carve(net, domain, n, batch->nz, memory, &work);
  memcpy(work.layer[0].x, batch->x, count * sizeof *v);
  layers_dense(batch->nz, 1, net->width, batch->z, w, w + net->width, work.layer[0].h);
  for (size_t l = 0; l < net->layers; l++) {
    egnn_weights at;
    egnn_layout(net, l, &at);
    const bool last = work.layer[l].last;
    egnn_layer_forward(net, domain, n, w, &at, &work.layer[l], &work,
                       last ? work.x_out : work.layer[l + 1].x, last ? NULL : work.layer[l + 1].h);
  }
  for (size_t k = 0; k < count; k++) v[k] = work.x_out[k] - batch->x[k];
  if (net->layers > 1) remove_mean(domain, n, v);
}

/* forward left these pointers of the tape in its own frame: they are found again. */
static void find_outputs(const egnn *net, const hifm_domain *domain, size_t n, egnn_tape *t) {
  const size_t width = net->width, all = n * t->pairs, nodes = n * domain->particles;
  const size_t inner = net->depth - 1;
  t->m = t->edge + 2 * (inner - 1) * all * width;
  t->c = t->coord + 2 * (inner - 1) * all * width;
  t->node_out = net->depth > 2 ? t->node + 2 * (inner - 2) * nodes * width : t->node_act;
}

static void backward(const void *self, const hifm_domain *domain, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory) {
  const egnn *net = self;
  const size_t n = batch->n, count = n * domain->d;
  egnn_work work;
  egnn_carve(net, domain, n, batch->nz, memory, &work);
  memcpy(work.dx, dv, count * sizeof *dv);
  if (net->layers > 1) remove_mean(domain, n, work.dx);
  if (dx) memcpy(dx, work.dx, count * sizeof *dx);
  for (size_t l = net->layers; l-- > 0;) {
    egnn_weights at;
    egnn_layout(net, l, &at);
    find_outputs(net, domain, n, &work.layer[l]);
    egnn_layer_backward(net, domain, n, w, &at, &work.layer[l], &work, dw);
  }
  if (dw)
    layers_dense_backward(batch->nz, 1, net->width, batch->z, w, work.dh, dw, dw + net->width,
                          NULL);
  if (dx) /* v = x_out - x, and the loop began with the gradient by x_out */
    for (size_t k = 0; k < count; k++) dx[k] = work.dx[k] - dx[k];
}

/* One layer: v_i = 1/(N-1) sum_j (x_i - x_j) s(d2_ij), so div v = sum over unordered pairs of
 * 2/(N-1) (D s + 2 d2 ds/dd2): one tangent by d2 through the MLPs gives it exactly. */
static bool divergence(const void *self, const hifm_domain *domain, const float *w,
                       const hifm_batch *batch, float *v, float *out, void *memory) {
  const egnn *net = self;
  if (net->layers != 1) return false;
  const size_t n = batch->n, width = net->width;
  forward(self, domain, w, batch, v, memory);
  egnn_work work;
  egnn_weights at;
  egnn_carve(net, domain, n, batch->nz, memory, &work);
  egnn_layout(net, 0, &at);
  const egnn_tape *t = &work.layer[0];
  const size_t all = n * t->pairs;
  for (size_t p = 0; p < all; p++)
    memcpy(work.a + p * width, w + at.first + 2 * width * width, width * sizeof(float));
  layers_scale(all * width, t->first_slope, work.a);
  float *t1 = stack_tangent(egnn_stack(net, 1), all, w + at.edge, t->edge, work.a, work.b);
  float *t2 = stack_tangent(egnn_stack(net, 1), all, w + at.coord, t->coord, t1,
                            t1 == work.a ? work.b : work.a);
  layers_dense(all, width, 1, t2, w + at.coord_last, NULL, work.ds);
  const float share = 2.0f / (float)(domain->particles - 1);
  for (size_t b = 0; b < n; b++) {
    float sum = 0;
    for (size_t p = b * t->pairs; p < (b + 1) * t->pairs; p++)
      sum += (float)domain->space * t->s[p] + 2 * t->d2[p] * work.ds[p];
    out[b] = share * sum;
  }
  return true;
}

static const hifm_param params[] = {
    HIFM_PARAM_COUNT(egnn, layers, 1, 1, EGNN_LAYERS_MAX, "message-passing layers"),
    HIFM_PARAM_COUNT(egnn, depth, 4, 2, 16, "dense layers of each MLP"),
    HIFM_PARAM_COUNT(egnn, width, 150, 1, 4096, "features of each dense layer"), HIFM_PARAM_END};

static const hifm_network_ops ops = {.tensors = tensors,
                                     .chunk = chunk,
                                     .work = work_bytes,
                                     .forward = forward,
                                     .backward = backward,
                                     .divergence = divergence};

HIFM_PLUGIN(network, HIFM_NETWORK, egnn, .revision = 1, .name = "egnn",
            .summary = "E(n)-equivariant graph network on a complete graph (Satorras et al. 2021)",
            .params = params, .init = init, .ops.network = &ops);
