#include "job/likelihood.h"

#include "base/memory.h"
#include "hifm/rng.h"
#include "host/solver.h"
#include "job/dataset.h"
#include "job/progress.h"

#include <stdlib.h>
#include <string.h>

typedef struct field {
  network *net;
  const float *w;
  const measure_settings *set;
  size_t n, d;
  float *x, *v, *divergence, *estimate; /* [n, d], [n, d], [n], [n] */
  float *probes;                        /* [probes, n, d], hutchinson only */
} field;

/* Rademacher probes, one set for the whole solve, in the subspace where the data live. */
static void draw_probes(field *f, uint32_t seed) {
  const hifm_domain *domain = &f->net->domain;
  double *row = memory_array(f->d, sizeof *row);
  for (size_t k = 0; k < f->set->probes; k++)
    for (size_t b = 0; b < f->n; b++) {
      for (size_t i = 0; i < f->d; i++) {
        uint32_t word[4];
        hifm_words((hifm_stream){seed, HIFM_RNG_PROBES}, k, (uint32_t)b, (uint32_t)i, word);
        row[i] = word[0] & 1 ? 1 : -1;
      }
      dataset_centre(domain, row);
      for (size_t i = 0; i < f->d; i++) f->probes[(k * f->n + b) * f->d + i] = (float)row[i];
    }
  free(row);
}

static void estimate_divergence(field *f, const hifm_batch *batch) {
  const float share = 1.0f / (float)f->set->probes;
  memset(f->divergence, 0, f->n * sizeof *f->divergence);
  for (size_t k = 0; k < f->set->probes; k++) {
    network_hutchinson(f->net, f->w, batch, f->probes + k * f->n * f->d, f->v, f->estimate);
    for (size_t b = 0; b < f->n; b++) f->divergence[b] += share * f->estimate[b];
  }
}

static status_code slope(void *context, double t, const double *y, double *dy, failure *err) {
  field *f = context;
  const float z = (float)t;
  const size_t count = f->n * f->d;
  const hifm_batch batch = {.n = f->n, .nz = 1, .x = f->x, .z = &z};
  if (progress_stop_asked()) return failure_set(err, STATUS_INTERRUPTED, "stopped by a signal");
  for (size_t i = 0; i < count; i++) f->x[i] = (float)y[i];
  if (f->set->divergence == DIVERGENCE_EXACT)
    network_divergence(f->net, f->w, &batch, f->v, f->divergence);
  else
    estimate_divergence(f, &batch);
  for (size_t i = 0; i < count; i++) dy[i] = (double)f->v[i];
  for (size_t b = 0; b < f->n; b++) dy[count + b] = -(double)f->divergence[b];
  return STATUS_OK;
}

static const double log_two_pi = 1.8378770664093453;

double likelihood_dimensions(const hifm_domain *domain) {
  return domain->centred ? (domain->particles - 1.0) * domain->space : domain->d;
}

static status_code summarise(const field *f, const double *y, likelihood *out, failure *err) {
  const double constant = 0.5 * likelihood_dimensions(&f->net->domain) * log_two_pi;
  double mean = 0, squares = 0;
  for (size_t b = 0; b < f->n; b++) {
    double nll = constant + y[f->n * f->d + b];
    for (size_t i = 0; i < f->d; i++) nll += 0.5 * y[b * f->d + i] * y[b * f->d + i];
    const double step = nll - mean;
    mean += step / (double)(b + 1);
    squares += step * (nll - mean);
  }
  if (!isfinite(mean))
    return failure_set(err, STATUS_DIVERGED, "the solution is not finite at z = 0");
  out->nll = mean;
  out->nll_se = f->n > 1 ? sqrt(squares / (double)(f->n - 1) / (double)f->n) : NAN;
  snprintf(out->solver, sizeof out->solver, "ok");
  return STATUS_OK;
}

double likelihood_start(const network *net) {
  return net->task.vz ? 1 - LIKELIHOOD_Z_GAP : 1;
}

static status_code integrate(field *f, const double *points, likelihood *out, failure *err) {
  const size_t count = f->n * f->d, size = count + f->n;
  double *y = memory_array(size, sizeof *y);
  const solver_problem problem = {
      .size = size, .slope = slope, .context = f, .max_attempts = f->set->max_attempts};
  memcpy(y, points, count * sizeof *y);
  const double start = likelihood_start(f->net);
  status_code status = solver_advance(&f->set->solver, &problem, start, 0, y, &out->stats, err);
  if (status == STATUS_OK) status = summarise(f, y, out, err);
  free(y);
  return status;
}

status_code likelihood_measure(network *net, const float *w, const double *points, size_t n,
                               const measure_settings *set, uint32_t seed, likelihood *out,
                               failure *err) {
  field f = {.net = net, .w = w, .set = set, .n = n, .d = net->domain.d};
  f.x = memory_array(n * f.d, sizeof *f.x);
  f.v = memory_array(n * f.d, sizeof *f.v);
  f.divergence = memory_array(n, sizeof *f.divergence);
  f.estimate = memory_array(n, sizeof *f.estimate);
  if (set->divergence == DIVERGENCE_HUTCHINSON) {
    f.probes = memory_array(set->probes * n * f.d, sizeof *f.probes);
    draw_probes(&f, seed);
  }
  *out = (likelihood){.nll = NAN, .nll_se = NAN};
  failure inner = {0};
  status_code status = integrate(&f, points, out, &inner);
  free(f.x);
  free(f.v);
  free(f.divergence);
  free(f.estimate);
  free(f.probes);
  if (status == STATUS_DIVERGED) {
    snprintf(out->solver, sizeof out->solver, "%.*s", (int)sizeof out->solver - 1, inner.message);
    return STATUS_OK;
  }
  return status == STATUS_OK ? STATUS_OK : failure_set(err, status, "%s", inner.message);
}

void likelihood_baselines(const hifm_domain *domain, const double *points, size_t n,
                          double *identity, double *gaussian) {
  const double freedom = likelihood_dimensions(domain);
  double square = 0;
  for (size_t i = 0; i < n * domain->d; i++) square += points[i] * points[i];
  const double variance = square / (double)n / freedom;
  *identity = 0.5 * freedom * (log_two_pi + variance);
  *gaussian = 0.5 * freedom * (log_two_pi + log(variance) + 1);
}
