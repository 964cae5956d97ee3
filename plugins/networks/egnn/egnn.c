/* The EGNN network plugin: the paper's "one main layer, each MLP component having 4 layers with 150
 * features, all softplus" (section 4.4.2), any number of layers, exact divergence for one. */
#include "divergence.h"
#include "pair_function.h"
#include "single_layer.h"

#include "layers/centre.h"
#include "layers/dense.h"

#include <string.h>

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  const egnn *net = self;
  if (net->layers > 1 && net->evaluate == EGNN_SPECTRAL)
    return hifm_fail(err, HIFM_BAD_SETTINGS,
                     "evaluate = \"spectral\" is exact for one layer only, not for %llu",
                     (unsigned long long)net->layers);
  if (domain->particles < 2)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "the data are not particles; use mlp");
  if (domain->particles > 255)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "%u particles, at most 255 are allowed",
                     domain->particles);
  return HIFM_OK;
}

static hifm_status accepts(const void *self, const hifm_task *task, hifm_error *err) {
  const egnn *net = self;
  if (task->vz && net->evaluate == EGNN_SPECTRAL)
    return hifm_fail(
        err, HIFM_BAD_SETTINGS,
        "evaluate = \"spectral\" has no v_z, which depends on all pairs at once; with scheme = "
        "\"infinite\" use \"auto\" or \"direct\"");
  return HIFM_OK;
}

static size_t tensors(const void *self, const hifm_task *task, hifm_tensor *out, size_t room) {
  egnn_weights at;
  return egnn_layout(self, task->vz, &at, out, room);
}

/* A tape that fits the second-level cache, or nearly: the backward pass finds it there. */
static size_t chunk(const void *self, const hifm_task *task, size_t n) {
  const egnn *net = self;
  if (is_pair_function(net, task)) return single_layer_chunk(net, task->domain, n);
  egnn_work work;
  const size_t target = (size_t)5 << 18, one = egnn_place(net, task, 1, 1, NULL, &work);
  const size_t point = egnn_place(net, task, 2, 2, NULL, &work) - one; /* without what all share */
  const size_t fit = target / point;
  return fit < 1 ? 1 : fit > n ? n : fit;
}

static size_t work_bytes(const void *self, const hifm_task *task, size_t n) {
  const egnn *net = self;
  egnn_work work;
  return is_pair_function(net, task) ? single_layer_work(net, task->domain, n)
                                     : egnn_place(net, task, n, n, NULL, &work);
}

static egnn_call open_call(const egnn *net, const hifm_task *task, const float *w,
                           const hifm_batch *batch, void *memory) {
  egnn_call call = {.net = net, .domain = task->domain, .n = batch->n, .w = w};
  egnn_layout(net, task->vz, &call.at, NULL, 0);
  egnn_place(net, task, batch->n, batch->nz, memory, &call.work);
  return call;
}

static void forward(const void *self, const hifm_task *task, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  const egnn *net = self;
  const size_t n = batch->n, d = task->domain->d, outputs = d + task->vz;
  if (is_pair_function(net, task)) {
    single_layer_forward(net, task->domain, w, batch, v, memory);
    return;
  }
  egnn_call call = open_call(net, task, w, batch, memory);
  egnn_work *work = &call.work;
  memcpy(work->layer[0].x, batch->x, n * d * sizeof *v);
  layers_dense(batch->nz, 1, net->width, batch->z, w + call.at.embed, w + call.at.embed_bias,
               work->layer[0].h); /* h0 [nz, W] */
  for (size_t l = 0; l < net->layers; l++) {
    const bool last = l + 1 == net->layers;
    egnn_layer_forward(&call, l, last ? work->x_out : work->layer[l + 1].x,
                       last ? work->h_out : work->layer[l + 1].h);
  }
  for (size_t b = 0; b < n; b++)
    for (size_t k = b * d; k < (b + 1) * d; k++)
      v[b * outputs + k - b * d] = work->x_out[k] - batch->x[k];
  layers_centre(task->domain, n, outputs, v);
  if (task->vz) egnn_vz_forward(&call, v);
}

static void backward(const void *self, const hifm_task *task, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory) {
  const egnn *net = self;
  const size_t n = batch->n, d = task->domain->d, count = n * d, outputs = d + task->vz;
  if (is_pair_function(net, task)) {
    single_layer_backward(net, task->domain, w, batch, dv, dw, dx, memory);
    return;
  }
  egnn_call call = open_call(net, task, w, batch, memory);
  egnn_work *work = &call.work;
  for (size_t b = 0; b < n; b++) memcpy(work->dx + b * d, dv + b * outputs, d * sizeof *dv);
  layers_centre(task->domain, n, d, work->dx);
  if (task->vz) egnn_vz_backward(&call, dv, dw);
  memset(work->dx0, 0, count * sizeof *work->dx0);
  if (dx) memcpy(dx, work->dx, count * sizeof *dx);
  for (size_t l = net->layers; l-- > 0;) egnn_layer_backward(&call, l, dw);
  if (dw)
    layers_dense_backward(batch->nz, 1, net->width, batch->z, w + call.at.embed, work->dh,
                          dw + call.at.embed, dw + call.at.embed_bias, NULL);
  if (dx) /* v = x_out - x, and the loop began with the gradient by x_out */
    for (size_t k = 0; k < count; k++) dx[k] = work->dx[k] + work->dx0[k] - dx[k];
}

static bool divergence(const void *self, const hifm_task *task, const float *w,
                       const hifm_batch *batch, float *v, float *out, void *memory) {
  const egnn *net = self;
  if (is_pair_function(net, task)) {
    single_layer_divergence(net, task->domain, w, batch, v, out, memory);
    return true;
  }
  forward(self, task, w, batch, v, memory);
  egnn_call call = open_call(net, task, w, batch, memory);
  divergence_of_layers(&call, out);
  return true;
}

static size_t state(const void *self, const hifm_task *task) {
  const egnn *net = self;
  return is_pair_function(net, task) && net->evaluate != EGNN_DIRECT ? sizeof(pair_series_state)
                                                                     : 0;
}

static size_t facts(const void *self, const hifm_task *task, const void *work, hifm_fact *out,
                    size_t room) {
  const pair_series_state *s = work;
  if (!state(self, task) || room < 6) return 0;
  const hifm_fact all[6] = {
      {"spectral_rows", (double)s->rows},         {"spectral_direct", (double)s->direct},
      {"spectral_boxes", (double)s->boxes.count}, {"spectral_batches", (double)s->calls},
      {"spectral_missed", (double)s->missed},     {"spectral_error", s->error}};
  memcpy(out, all, sizeof all);
  return 6;
}

static const char *const EVALUATIONS[] = {"auto", "direct", "spectral", NULL};

static const char *const DISTANCES[] = {"squared", "log", NULL};

static const char *const ACTIVATIONS[] = {"softplus", "silu", NULL}; /* as layers_activation */

static const char *const AGGREGATIONS[] = {"mean", "sum", NULL};

static const hifm_param params[] = {
    HIFM_PARAM_COUNT(egnn, layers, 1, 1, EGNN_LAYERS_MAX, "message-passing layers"),
    HIFM_PARAM_COUNT(egnn, depth, 4, 2, 16, "dense layers of each MLP"),
    HIFM_PARAM_COUNT(egnn, width, 150, 1, 4096, "features of each dense layer"),
    HIFM_PARAM_CHOICE(egnn, distance, EGNN_SQUARED, DISTANCES,
                      "what the edge MLP sees of d: d^2 (the paper's), or log(1 + d^2)"),
    HIFM_PARAM_CHOICE(egnn, evaluate, EGNN_AUTO, EVALUATIONS,
                      "one layer: every pair, or a Chebyshev series in distance and z"),
    HIFM_PARAM_CHOICE(egnn, activation, LAYERS_SOFTPLUS, ACTIVATIONS,
                      "what follows the dense layers (softplus: the paper's)"),
    HIFM_PARAM_FLAG(egnn, attention, 0, "messages m <- m sigmoid(linear(m))"),
    HIFM_PARAM_REAL(egnn, tanh_range, 0, 0, 1e6,
                    "phi_x <- range / layers tanh(phi_x); 0: as it is"),
    HIFM_PARAM_CHOICE(egnn, aggregation, EGNN_MEAN, AGGREGATIONS,
                      "moves by the other particles: their mean, or their sum"),
    HIFM_PARAM_FLAG(egnn, normalise, 0, "differences (x_i - x_j) / (1 + |x_i - x_j|)"),
    HIFM_PARAM_FLAG(egnn, initial_distance, 0,
                    "the edge MLP also sees the distance of the input, in every layer"),
    HIFM_PARAM_END};

static const hifm_network_ops ops = {.has_vz = true,
                                     .accepts = accepts,
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
            .params = params, .init = init, .ops = {.network = &ops});
