/* The EGNN network plugin: the paper's "one main layer, each MLP component having 4 layers with 150
 * features, all softplus" (section 4.4.2), any number of layers, exact divergence for one. */
#include "single_layer.h"

#include "layers/dense.h"

#include <stdio.h>
#include <string.h>

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  egnn *net = self;
  net->one = net->layers == 1 && !domain->speed;
  if (domain->speed && net->evaluate == EGNN_SPECTRAL)
    return hifm_fail(
        err, HIFM_BAD_SETTINGS,
        "egnn: evaluate = \"spectral\" has no v_z, which depends on all pairs at once; "
        "with scheme = \"infinite\" use \"auto\" or \"direct\"");
  if (net->layers > 1 && net->evaluate == EGNN_SPECTRAL)
    return hifm_fail(err, HIFM_BAD_SETTINGS,
                     "egnn: evaluate = \"spectral\" is exact for one layer only, not for %llu",
                     (unsigned long long)net->layers);
  if (domain->particles < 2)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "egnn: the data are no particles; use mlp");
  if (domain->particles > 255)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "egnn: %u particles, at most 255 are allowed",
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
    snprintf(t->name, sizeof t->name, "layer%u.%.8s%u.%.8s", (unsigned)l, part, (unsigned)k, kind);
  }
  list->count++;
}

static void add_dense(tensor_list *list, const char *part, size_t l, size_t k, size_t in,
                      size_t out) {
  add(list, part, l, k, "kernel", in, out, HIFM_INIT_LECUN, 1);
  add(list, part, l, k, "bias", 1, out, HIFM_INIT_ZERO, 1);
}

/* The first edge layer, with squared distances as in the paper: one dense layer of 2 W + 1 inputs.
 * The logarithm of a distance is of the order of 1, and as one of 2 W + 1 inputs would hardly be
 * heard: there the layer is the sum of three, each with the variance of its own inputs. */
static void add_first_edge(tensor_list *list, const egnn *net, size_t l) {
  const size_t width = net->width;
  if (net->distance == EGNN_SQUARED) {
    add_dense(list, "edge", l, 0, 2 * width + 1, width);
    return;
  }
  add(list, "edge", l, 0, "kernel_i", width, width, HIFM_INIT_LECUN, 1);
  add(list, "edge", l, 0, "kernel_j", width, width, HIFM_INIT_LECUN, 1);
  add(list, "edge", l, 0, "kernel_d", 1, width, HIFM_INIT_LECUN, 1);
  add(list, "edge", l, 0, "bias", 1, width, HIFM_INIT_ZERO, 1);
}

static size_t tensors(const void *self, const hifm_domain *domain, hifm_tensor *out, size_t room) {
  const egnn *net = self;
  const size_t width = net->width, depth = net->depth;
  tensor_list list = {out, room, 0};
  add_dense(&list, "embed", 0, 0, 1, width);
  for (size_t l = 0; l < net->layers; l++) {
    add_first_edge(&list, net, l);
    for (size_t k = 1; k < depth; k++) add_dense(&list, "edge", l, k, width, width);
    for (size_t k = 0; k + 1 < depth; k++) add_dense(&list, "coord", l, k, width, width);
    add(&list, "coord", l, depth - 1, "kernel", width, 1, HIFM_INIT_XAVIER, 1e-3);
    if (l + 1 == net->layers && !domain->speed) break;
    add_dense(&list, "node", l, 0, 2 * width, width);
    for (size_t k = 1; k < depth; k++) add_dense(&list, "node", l, k, width, width);
  }
  if (domain->speed) add_dense(&list, "speed", net->layers - 1, 0, width, 1);
  return list.count;
}

/* Tape that fits the second-level cache, so that the backward pass finds it there. */
static size_t chunk(const void *self, const hifm_domain *domain, size_t n) {
  const egnn *net = self;
  if (net->one) return single_layer_chunk(net, domain, n);
  egnn_work work;
  const size_t target = (size_t)2 << 20, point = egnn_carve(net, domain, 1, 1, NULL, &work);
  const size_t fit = target / point;
  return fit < 1 ? 1 : fit > n ? n : fit;
}

static size_t work_bytes(const void *self, const hifm_domain *domain, size_t n) {
  const egnn *net = self;
  egnn_work work;
  return net->one ? single_layer_work(net, domain, n) : egnn_carve(net, domain, n, n, NULL, &work);
}

/* Of the coordinates in rows of `stride` numbers. */
static void remove_mean(const hifm_domain *domain, size_t n, size_t stride, float *v) {
  const size_t particles = domain->particles, space = domain->space;
  for (size_t b = 0; b < n; b++)
    for (size_t k = 0; k < space; k++) {
      float *at = v + b * stride + k, mean = 0;
      for (size_t i = 0; i < particles; i++) mean += at[i * space];
      mean /= (float)particles;
      for (size_t i = 0; i < particles; i++) at[i * space] -= mean;
    }
}

static void forward(const void *self, const hifm_domain *domain, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  const egnn *net = self;
  const size_t n = batch->n, d = domain->d, outputs = d + domain->speed;
  egnn_weights at;
  egnn_work work;
  if (net->one) {
    single_layer_forward(net, domain, w, batch, v, memory);
    return;
  }
  egnn_carve(net, domain, n, batch->nz, memory, &work);
  memcpy(work.layer[0].x, batch->x, n * d * sizeof *v);
  layers_dense(batch->nz, 1, net->width, batch->z, w, w + net->width, work.layer[0].h);
  for (size_t l = 0; l < net->layers; l++) {
    const bool last = l + 1 == net->layers;
    egnn_layout(net, l, &at);
    egnn_layer_forward(net, domain, n, w, &at, &work.layer[l], &work,
                       last ? work.x_out : work.layer[l + 1].x,
                       last ? work.h_out : work.layer[l + 1].h);
  }
  for (size_t b = 0; b < n; b++)
    for (size_t k = b * d; k < (b + 1) * d; k++)
      v[b * outputs + k - b * d] = work.x_out[k] - batch->x[k];
  remove_mean(domain, n, outputs, v);
  if (domain->speed) egnn_vz_forward(net, domain, n, w, &at, &work, v);
}

/* forward left these pointers of the tape in its own frame: they are found again. */
static void find_outputs(const egnn *net, const hifm_domain *domain, size_t n, egnn_tape *t) {
  const size_t all = n * t->pairs, nodes = n * domain->particles;
  t->m = stack_output(egnn_stack(net, 1), all, t->first_act, t->edge);
  t->c = stack_output(egnn_stack(net, 1), all, t->m, t->coord);
  if (t->moves) t->node_out = stack_output(egnn_stack(net, 2), nodes, t->node_act, t->node);
}

static void backward(const void *self, const hifm_domain *domain, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory) {
  const egnn *net = self;
  const size_t n = batch->n, d = domain->d, count = n * d, outputs = d + domain->speed;
  egnn_weights at;
  egnn_work work;
  if (net->one) {
    single_layer_backward(net, domain, w, batch, dv, dw, dx, memory);
    return;
  }
  egnn_carve(net, domain, n, batch->nz, memory, &work);
  for (size_t b = 0; b < n; b++) memcpy(work.dx + b * d, dv + b * outputs, d * sizeof *dv);
  remove_mean(domain, n, d, work.dx);
  egnn_layout(net, net->layers - 1, &at);
  if (domain->speed) egnn_vz_backward(net, domain, n, w, &at, &work, dv, dw);
  if (dx) memcpy(dx, work.dx, count * sizeof *dx);
  for (size_t l = net->layers; l-- > 0;) {
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

static bool divergence(const void *self, const hifm_domain *domain, const float *w,
                       const hifm_batch *batch, float *v, float *out, void *memory) {
  const egnn *net = self;
  if (!net->one) return false;
  single_layer_divergence(net, domain, w, batch, v, out, memory);
  return true;
}

static size_t state(const void *self) {
  const egnn *net = self;
  return net->one && net->evaluate != EGNN_DIRECT ? sizeof(pair_series_state) : 0;
}

static size_t facts(const void *self, const void *work, hifm_fact *out, size_t room) {
  const egnn *net = self;
  const pair_series_state *s = work;
  if (!net->one || net->evaluate == EGNN_DIRECT || room < 6) return 0;
  const hifm_fact all[6] = {
      {"spectral_rows", (double)s->rows},         {"spectral_direct", (double)s->direct},
      {"spectral_boxes", (double)s->boxes.count}, {"spectral_batches", (double)s->calls},
      {"spectral_missed", (double)s->missed},     {"spectral_error", s->watch}};
  memcpy(out, all, sizeof all);
  return 6;
}

static const char *const evaluations[] = {"auto", "direct", "spectral", NULL};

static const char *const distances[] = {"squared", "log", NULL};

static const hifm_param params[] = {
    HIFM_PARAM_COUNT(egnn, layers, 1, 1, EGNN_LAYERS_MAX, "message-passing layers"),
    HIFM_PARAM_COUNT(egnn, depth, 4, 2, 16, "dense layers of each MLP"),
    HIFM_PARAM_COUNT(egnn, width, 150, 1, 4096, "features of each dense layer"),
    HIFM_PARAM_CHOICE(egnn, distance, EGNN_SQUARED, distances,
                      "what the edge MLP sees of d: d^2 (the paper's), or log(1 + d^2)"),
    HIFM_PARAM_CHOICE(egnn, evaluate, EGNN_AUTO, evaluations,
                      "one layer: every pair, or a Chebyshev series in distance and z"),
    HIFM_PARAM_END};

static const hifm_network_ops ops = {.speed = true,
                                     .tensors = tensors,
                                     .chunk = chunk,
                                     .work = work_bytes,
                                     .forward = forward,
                                     .backward = backward,
                                     .state = state,
                                     .facts = facts,
                                     .divergence = divergence};

HIFM_PLUGIN(network, HIFM_NETWORK, egnn, .revision = 2, .name = "egnn",
            .summary = "E(n)-equivariant graph network on a complete graph (Satorras et al. 2021)",
            .params = params, .init = init, .ops.network = &ops);
