#include "host/network.h"

#include "base/memory.h"
#include "hifm/rng.h"
#include "host/plugin_status.h"

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
  network_spread(net, 0, 1);
  return STATUS_OK;
}

static void close_lanes(network *net) {
  for (size_t i = 0; i < net->lane_count; i++) {
    free(net->lanes[i].work);
    free(net->lanes[i].tape);
  }
  free(net->lanes);
  free(net->gradients);
}

/* Of the largest batch. */
static size_t microbatches(const network *net) {
  return (net->points + net->microbatch - 1) / net->microbatch;
}

void network_spread(network *net, size_t microbatch, size_t threads) {
  const void *self = net->bound.self;
  const size_t cut = microbatch > 0 && microbatch < net->points ? microbatch : net->points;
  if (net->lanes && cut == net->microbatch && threads == net->threads) return;
  close_lanes(net);
  net->microbatch = cut;
  net->threads = threads;
  net->chunk = ops(net)->chunk(self, &net->task, net->microbatch);
  if (net->chunk < 1 || net->chunk > net->microbatch) net->chunk = net->microbatch;
  const size_t parts = microbatches(net);
  net->lane_count = parts > threads ? parts : threads;
  net->lanes = memory_array(net->lane_count, sizeof *net->lanes);
  for (size_t i = 0; i < net->lane_count; i++) {
    net->lanes[i].work = memory_get(ops(net)->work(self, &net->task, net->chunk));
    net->lanes[i].tape = memory_array(3 * net->chunk * net->outputs, sizeof(float));
  }
  net->gradients = parts > 1 ? memory_array((parts - 1) * net->weights, sizeof(float)) : NULL;
}

void network_close(network *net) {
  close_lanes(net);
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

/* Of one microbatch. */
static size_t state_bytes(const network *net) {
  return ops(net)->state ? ops(net)->state(net->bound.self, &net->task) : 0;
}

size_t network_state_bytes(const network *net) {
  return microbatches(net) * state_bytes(net);
}

void network_get_state(const network *net, void *out) {
  const size_t bytes = state_bytes(net);
  for (size_t k = 0; bytes > 0 && k < microbatches(net); k++)
    memcpy((char *)out + k * bytes, net->lanes[k].work, bytes);
}

void network_set_state(network *net, const void *state) {
  const size_t bytes = state_bytes(net);
  for (size_t k = 0; bytes > 0 && k < microbatches(net); k++)
    memcpy(net->lanes[k].work, (const char *)state + k * bytes, bytes);
}

size_t network_facts(const network *net, hifm_fact *out, size_t room) {
  if (!ops(net)->facts) return 0;
  return ops(net)->facts(net->bound.self, &net->task, net->lanes[0].work, out, room);
}
