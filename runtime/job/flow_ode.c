#include "job/flow_ode.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "hifm/rng.h"
#include "host/solver.h"
#include "job/dataset.h"
#include "job/progress.h"

#include <stdlib.h>
#include <string.h>

double flow_ode_data_end(const network *net) {
  return net->task.vz ? 1 - FLOW_ODE_Z_GAP : 1;
}

void flow_ode_open(flow_ode *f, network *net, const float *w, const measure_settings *settings,
                   size_t n) {
  *f = (flow_ode){.net = net, .w = w, .settings = settings, .n = n, .d = net->domain.d};
  f->x = memory_array(n * f->d, sizeof *f->x);
  f->v = memory_array(n * f->d, sizeof *f->v);
}

/* Rademacher probes in the subspace where the data are. */
static void draw_probes(flow_ode *f, uint32_t seed) {
  const hifm_stream stream = {seed, HIFM_RNG_PROBES};
  double *row = memory_array(f->d, sizeof *row);
  for (size_t k = 0; k < f->settings->probes; k++)
    for (size_t b = 0; b < f->n; b++) {
      for (size_t i = 0; i < f->d; i++) {
        uint32_t word[4];
        hifm_words(stream, k, (uint32_t)b, (uint32_t)i, word);
        row[i] = word[0] & 1 ? 1 : -1;
      }
      dataset_centre(&f->net->domain, row);
      for (size_t i = 0; i < f->d; i++) f->probes[(k * f->n + b) * f->d + i] = (float)row[i];
    }
  free(row);
}

void flow_ode_open_density(flow_ode *f, network *net, const float *w,
                           const measure_settings *settings, size_t n, uint32_t seed) {
  flow_ode_open(f, net, w, settings, n);
  f->with_divergence = true;
  f->divergence = memory_array(n, sizeof *f->divergence);
  f->estimate = memory_array(n, sizeof *f->estimate);
  if (settings->divergence != DIVERGENCE_HUTCHINSON) return;
  f->probes = memory_array(settings->probes * n * f->d, sizeof *f->probes);
  draw_probes(f, seed);
}

void flow_ode_add_length(flow_ode *f) {
  f->with_length = true;
}

size_t flow_ode_size(const flow_ode *f) {
  return f->n * (f->d + (f->with_divergence ? 1 : 0) + (f->with_length ? 1 : 0));
}

void flow_ode_close(flow_ode *f) {
  free(f->x);
  free(f->v);
  free(f->divergence);
  free(f->estimate);
  free(f->probes);
  memset(f, 0, sizeof *f);
}

/* The mean over probes e of e' (dv/dy) e. */
static void estimate_divergence(flow_ode *f, const hifm_batch *batch) {
  const float share = 1.0f / (float)f->settings->probes;
  memset(f->divergence, 0, f->n * sizeof *f->divergence);
  for (size_t k = 0; k < f->settings->probes; k++) {
    network_hutchinson(f->net, f->w, batch, f->probes + k * f->n * f->d, f->v, f->estimate);
    for (size_t b = 0; b < f->n; b++) f->divergence[b] += share * f->estimate[b];
  }
}

static void evaluate(flow_ode *f, const hifm_batch *batch) {
  if (!f->with_divergence)
    network_velocity(f->net, f->w, batch, f->v);
  else if (f->settings->divergence == DIVERGENCE_EXACT)
    network_divergence(f->net, f->w, batch, f->v, f->divergence);
  else
    estimate_divergence(f, batch);
}

/* The right-hand side; the network works in float. */
static status_code slope(void *context, double t, const double *y, double *dy, failure *err) {
  flow_ode *f = context;
  const float z = (float)t;
  const size_t count = f->n * f->d;
  const hifm_batch batch = {.n = f->n, .nz = 1, .x = f->x, .z = &z};
  if (progress_stop_asked()) return failure_set(err, STATUS_INTERRUPTED, "stopped by a signal");
  for (size_t i = 0; i < count; i++) f->x[i] = (float)y[i];
  evaluate(f, &batch);
  for (size_t i = 0; i < count; i++) dy[i] = (double)f->v[i];
  dy += count;
  for (size_t b = 0; f->with_divergence && b < f->n; b++) *dy++ = -(double)f->divergence[b];
  for (size_t b = 0; f->with_length && b < f->n; b++)
    *dy++ = numbers_norm_float(f->v + b * f->d, f->d);
  return STATUS_OK;
}

status_code flow_ode_integrate(flow_ode *f, double from, double to, double *y,
                               hifm_solve_stats *stats, failure *err) {
  const solver_problem problem = {.size = flow_ode_size(f),
                                  .slope = slope,
                                  .context = f,
                                  .max_attempts = f->settings->max_attempts};
  return solver_advance(&f->settings->solver, &problem, from, to, y, stats, err);
}
