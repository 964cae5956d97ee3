#include "host/network.h"

#include "base/memory.h"
#include "hifm/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const hifm_network_ops *ops(const network *net) {
  return net->bound.plugin->ops.network;
}

hifm_status network_open(network *net, hifm_bound bound, const hifm_domain *domain, size_t points,
                         hifm_error *err) {
  memset(net, 0, sizeof *net);
  net->bound = bound;
  net->domain = *domain;
  net->points = points;
  net->count = ops(net)->tensors(bound.self, domain, net->tensors, NETWORK_TENSORS_MAX);
  if (net->count > NETWORK_TENSORS_MAX)
    return hifm_fail(err, HIFM_BAD_CONFIG, "network %s: %zu tensors, at most %d are allowed",
                     bound.plugin->name, net->count, NETWORK_TENSORS_MAX);
  for (size_t i = 0; i < net->count; i++)
    net->weights += net->tensors[i].rows * net->tensors[i].columns;
  net->chunk = ops(net)->chunk(bound.self, domain, points);
  if (net->chunk < 1 || net->chunk > points) net->chunk = points;
  net->work = memory_get(ops(net)->work(bound.self, domain, net->chunk));
  net->tape = memory_array(3 * net->chunk * domain->d, sizeof *net->tape);
  return HIFM_OK;
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
  return ops(net)->state ? ops(net)->state(net->bound.self) : 0;
}

size_t network_facts(const network *net, hifm_fact *out, size_t room) {
  return ops(net)->facts ? ops(net)->facts(net->bound.self, net->work, out, room) : 0;
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

void network_forward(network *net, const float *w, const hifm_batch *batch, float *v) {
  for (size_t first = 0; first < batch->n; first += net->chunk) {
    const hifm_batch piece = part(net, batch, first);
    ops(net)->forward(net->bound.self, &net->domain, w, &piece, v + first * net->domain.d,
                      net->work);
  }
}

double network_learn(network *net, const float *w, const hifm_batch *batch, network_loss loss,
                     void *context, float *dw) {
  float *v = net->tape, *dv = net->tape + net->chunk * net->domain.d;
  double sum = 0;
  for (size_t first = 0; first < batch->n; first += net->chunk) {
    const hifm_batch piece = part(net, batch, first);
    ops(net)->forward(net->bound.self, &net->domain, w, &piece, v, net->work);
    sum += loss(context, first, piece.n, v, dv);
    ops(net)->backward(net->bound.self, &net->domain, w, &piece, dv, dw, NULL, net->work);
  }
  return sum;
}

/* trace of dv/dx = sum over k of e_k' (dv/dx) e_k, one backward pass each */
static void trace_by_backward(network *net, const float *w, const hifm_batch *piece, float *v,
                              float *divergence) {
  const size_t d = net->domain.d, n = piece->n;
  float *dv = net->tape, *dx = net->tape + net->chunk * d;
  ops(net)->forward(net->bound.self, &net->domain, w, piece, v, net->work);
  memset(divergence, 0, n * sizeof *divergence);
  for (size_t k = 0; k < d; k++) {
    memset(dv, 0, n * d * sizeof *dv);
    for (size_t b = 0; b < n; b++) dv[b * d + k] = 1;
    ops(net)->backward(net->bound.self, &net->domain, w, piece, dv, NULL, dx, net->work);
    for (size_t b = 0; b < n; b++) divergence[b] += dx[b * d + k];
  }
}

void network_divergence(network *net, const float *w, const hifm_batch *batch, float *v,
                        float *divergence) {
  const size_t d = net->domain.d;
  for (size_t first = 0; first < batch->n; first += net->chunk) {
    const hifm_batch piece = part(net, batch, first);
    float *v_at = v + first * d, *out = divergence + first;
    if (!ops(net)->divergence ||
        !ops(net)->divergence(net->bound.self, &net->domain, w, &piece, v_at, out, net->work))
      trace_by_backward(net, w, &piece, v_at, out);
  }
}

void network_hutchinson(network *net, const float *w, const hifm_batch *batch, const float *probe,
                        float *v, float *estimate) {
  const size_t d = net->domain.d;
  float *dx = net->tape;
  for (size_t first = 0; first < batch->n; first += net->chunk) {
    const hifm_batch piece = part(net, batch, first);
    const float *e = probe + first * d;
    ops(net)->forward(net->bound.self, &net->domain, w, &piece, v + first * d, net->work);
    ops(net)->backward(net->bound.self, &net->domain, w, &piece, e, NULL, dx, net->work);
    for (size_t b = 0; b < piece.n; b++) {
      float sum = 0;
      for (size_t k = 0; k < d; k++) sum += e[b * d + k] * dx[b * d + k];
      estimate[first + b] = sum;
    }
  }
}
