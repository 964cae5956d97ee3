#include "host/network.h"

#include "base/memory.h"
#include "hifm/rng.h"
#include "host/plugin_status.h"
#include "host/surroundings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const hifm_network_ops *ops(const network *net) {
  return net->bound.plugin->ops.network;
}

static status_code check_task(const network *net, failure *err) {
  hifm_error said = {.message = "it does not say why"};
  failure why = {.message = ""};
  if (net->task.vz && !ops(net)->has_vz)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "network %s does not answer v_z, which the infinite scheme needs",
                       net->bound.plugin->name);
  if (!ops(net)->accepts) return STATUS_OK;
  const status_code status =
      plugin_status_in(ops(net)->accepts(net->bound.self, &net->task, &said), &said, &why);
  if (status == STATUS_OK) return STATUS_OK;
  return failure_set(err, status, "network: %s refuses: %s", net->bound.plugin->name, why.message);
}

static status_code read_tensors(network *net, failure *err) {
  net->count = ops(net)->tensors(net->bound.self, &net->task, net->tensors, NETWORK_TENSORS_MAX);
  if (net->count > NETWORK_TENSORS_MAX)
    return failure_set(err, STATUS_BAD_CONFIG, "network %s: %zu tensors, at most %d are allowed",
                       net->bound.plugin->name, net->count, NETWORK_TENSORS_MAX);
  for (size_t i = 0; i < net->count; i++)
    net->weights += net->tensors[i].rows * net->tensors[i].columns;
  return STATUS_OK;
}

status_code network_open(network *net, hifm_bound bound, const hifm_domain *domain, bool vz,
                         size_t points, failure *err) {
  *net = (network){.bound = bound, .domain = *domain, .points = points};
  net->task = (hifm_task){&net->domain, vz};
  net->outputs = domain->d + (size_t)vz;
  status_code status = check_task(net, err);
  if (status == STATUS_OK) status = read_tensors(net, err);
  if (status != STATUS_OK) return status;
  net->chunk = ops(net)->chunk(bound.self, &net->task, points);
  if (net->chunk < 1 || net->chunk > points) net->chunk = points;
  net->work = memory_get(ops(net)->work(bound.self, &net->task, net->chunk));
  net->tape = memory_array(3 * net->chunk * net->outputs, sizeof *net->tape);
  return STATUS_OK;
}

void network_close(network *net) {
  free(net->work);
  free(net->tape);
  memset(net, 0, sizeof *net);
}

/* A normal cut at two sigma, by inversion of its distribution function with Newton steps; scaled so
 * that the variance after the cut is 1 (Flax's variance_scaling divides by the same constant). */
static double cut_normal(double uniform) {
  const double edge = 0.97724986805182079, cut_deviation = 0.87962566103423978;
  const double target = (1 - edge) + uniform * (2 * edge - 1);
  double x = 0;
  for (int i = 0; i < 50; i++) {
    const double density = exp(-0.5 * x * x) / sqrt(2 * 3.14159265358979323846);
    const double step = (0.5 * erfc(-x / sqrt(2.0)) - target) / density;
    x = fmax(-2, fmin(2, x - step));
    if (fabs(step) < 1e-14) break;
  }
  return x / cut_deviation;
}

static double draw_weight(const hifm_tensor *t, double uniform) {
  if (t->init == HIFM_INIT_LECUN) return t->gain * cut_normal(uniform) / sqrt((double)t->rows);
  if (t->init == HIFM_INIT_XAVIER)
    return t->gain * sqrt(6.0 / (double)(t->rows + t->columns)) * (2 * uniform - 1);
  return 0;
}

void network_initialise(const network *net, uint32_t seed, float *w) {
  const hifm_stream stream = {seed, HIFM_RNG_WEIGHTS};
  for (size_t i = 0; i < net->count; i++) {
    const size_t size = net->tensors[i].rows * net->tensors[i].columns;
    for (size_t k = 0; k < size; k++)
      *w++ = (float)draw_weight(&net->tensors[i], hifm_uniform(stream, i, (uint32_t)k));
  }
}

size_t network_state(const network *net, void **state) {
  *state = net->work;
  return ops(net)->state ? ops(net)->state(net->bound.self, &net->task) : 0;
}

size_t network_facts(const network *net, hifm_fact *out, size_t room) {
  if (!ops(net)->facts) return 0;
  return ops(net)->facts(net->bound.self, &net->task, net->work, out, room);
}

/* The part [first, first + n) of a batch. */
static hifm_batch part(const network *net, const hifm_batch *batch, size_t first) {
  const size_t left = batch->n - first;
  hifm_batch out = *batch;
  out.n = left < net->chunk ? left : net->chunk;
  out.x += first * net->domain.d;
  if (batch->nz > 1) {
    out.nz = out.n;
    out.z += first;
  }
  return out;
}

static void forward(network *net, const float *w, const hifm_batch *piece, float *v) {
  ops(net)->forward(net->bound.self, &net->task, w, piece, v, net->work);
  surroundings_keep_numbers(net->bound.plugin->name, "forward");
}

static void backward(network *net, const float *w, const hifm_batch *piece, const float *dv,
                     float *dw, float *dx) {
  ops(net)->backward(net->bound.self, &net->task, w, piece, dv, dw, dx, net->work);
  surroundings_keep_numbers(net->bound.plugin->name, "backward");
}

void network_forward(network *net, const float *w, const hifm_batch *batch, float *v) {
  for (size_t first = 0; first < batch->n; first += net->chunk) {
    const hifm_batch piece = part(net, batch, first);
    forward(net, w, &piece, v + first * net->outputs);
  }
}

/* velocity [n, d] = v_y / v_z for raw [n, d + 1]. */
static void divide(size_t n, size_t d, const float *raw, float *velocity) {
  for (size_t b = 0; b < n; b++)
    for (size_t i = 0; i < d; i++)
      velocity[b * d + i] = raw[b * (d + 1) + i] / raw[b * (d + 1) + d];
}

/* The plugin's v of one piece [n, outputs]: in v itself (no v_z) or in the tape. */
static float *raw_output(network *net, const float *w, const hifm_batch *piece, float *v) {
  float *raw = net->task.vz ? net->tape : v;
  forward(net, w, piece, raw);
  return raw;
}

void network_velocity(network *net, const float *w, const hifm_batch *batch, float *v) {
  const size_t d = net->domain.d;
  for (size_t first = 0; first < batch->n; first += net->chunk) {
    const hifm_batch piece = part(net, batch, first);
    const float *raw = raw_output(net, w, &piece, v + first * d);
    if (net->task.vz) divide(piece.n, d, raw, v + first * d);
  }
}

double network_loss_gradient(network *net, const float *w, const hifm_batch *batch,
                             network_loss loss, void *context, float *dw) {
  float *v = net->tape, *dv = net->tape + net->chunk * net->outputs;
  double sum = 0;
  for (size_t first = 0; first < batch->n; first += net->chunk) {
    const hifm_batch piece = part(net, batch, first);
    forward(net, w, &piece, v);
    sum += loss(context, first, piece.n, v, dv);
    backward(net, w, &piece, dv, dw, NULL);
  }
  return sum;
}

/* From e [n, d], a gradient by the velocity f, to dv [n, outputs], that by the plugin's output: e
 * without v_z; else f = v_y / v_z, so it is e / v_z by v_y and -(e . v_y) / v_z^2 by v_z. */
static void quotient_vjp(const network *net, size_t n, const float *raw, const float *e,
                         float *dv) {
  const size_t d = net->domain.d;
  if (!net->task.vz) {
    memcpy(dv, e, n * d * sizeof *dv);
    return;
  }
  for (size_t b = 0; b < n; b++, raw += d + 1, dv += d + 1, e += d) {
    const double share = 1 / (double)raw[d];
    double along = 0;
    for (size_t i = 0; i < d; i++) {
      dv[i] = (float)(share * (double)e[i]);
      along += (double)e[i] * (double)raw[i];
    }
    dv[d] = (float)(-along * share * share);
  }
}

/* Vector-Jacobian products of one piece, after forward: raw [n, outputs] and two arrays of that
 * size. */
typedef struct jacobian {
  network *net;
  const float *w;
  const hifm_batch *piece;
  float *raw, *dv, *dx;
} jacobian;

static jacobian open_jacobian(network *net, const float *w, const hifm_batch *piece, float *v) {
  float *dv = net->tape + net->chunk * net->outputs;
  return (jacobian){
      net, w, piece, raw_output(net, w, piece, v), dv, dv + net->chunk * net->outputs};
}

/* dx [n, d] = e' (df/dx), f the velocity; e may be dx. */
static void vjp(const jacobian *j, const float *e) {
  network *net = j->net;
  quotient_vjp(net, j->piece->n, j->raw, e, j->dv);
  backward(net, j->w, j->piece, j->dv, NULL, j->dx);
}

/* trace of df/dx = sum over k of e_k' (df/dx) e_k, one vjp each */
static void trace_by_vjp(const jacobian *j, float *divergence) {
  const size_t d = j->net->domain.d, n = j->piece->n;
  memset(divergence, 0, n * sizeof *divergence);
  for (size_t k = 0; k < d; k++) {
    memset(j->dx, 0, n * d * sizeof *j->dx);
    for (size_t b = 0; b < n; b++) j->dx[b * d + k] = 1;
    vjp(j, j->dx);
    for (size_t b = 0; b < n; b++) divergence[b] += j->dx[b * d + k];
  }
}

static void piece_divergence(network *net, const float *w, const hifm_batch *piece, float *v,
                             float *divergence) {
  if (!net->task.vz && ops(net)->divergence) {
    const bool done =
        ops(net)->divergence(net->bound.self, &net->task, w, piece, v, divergence, net->work);
    surroundings_keep_numbers(net->bound.plugin->name, "divergence");
    if (done) return;
  }
  const jacobian j = open_jacobian(net, w, piece, v);
  trace_by_vjp(&j, divergence);
  if (net->task.vz) divide(piece->n, net->domain.d, j.raw, v);
}

void network_divergence(network *net, const float *w, const hifm_batch *batch, float *v,
                        float *divergence) {
  for (size_t first = 0; first < batch->n; first += net->chunk) {
    const hifm_batch piece = part(net, batch, first);
    piece_divergence(net, w, &piece, v + first * net->domain.d, divergence + first);
  }
}

void network_hutchinson(network *net, const float *w, const hifm_batch *batch, const float *probe,
                        float *v, float *estimate) {
  const size_t d = net->domain.d;
  for (size_t first = 0; first < batch->n; first += net->chunk) {
    const hifm_batch piece = part(net, batch, first);
    const jacobian j = open_jacobian(net, w, &piece, v + first * d);
    const float *e = probe + first * d;
    vjp(&j, e);
    for (size_t b = 0; b < piece.n; b++) {
      float sum = 0;
      for (size_t k = 0; k < d; k++) sum += e[b * d + k] * j.dx[b * d + k];
      estimate[first + b] = sum;
    }
    if (net->task.vz) divide(piece.n, d, j.raw, v + first * d);
  }
}
