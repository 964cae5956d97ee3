/* hifm bench: right-hand sides of likelihoods, velocity and exact divergence. */
#include "base/clock.h"
#include "bench/parts.h"
#include "host/plugins.h"
#include "job/likelihood.h"

#include <stdlib.h>
#include <string.h>

/* The value, and its derivative by the distance: each a product with every weight. */
static const double PASSES = 2;

typedef struct timed {
  const char *name; /* how the network is evaluated: "direct", "series" */
  network *net;
  size_t points;
} timed;

/* A whole likelihood with the defaults of a run, so that states and z are those of a solve. */
static status_code time_likelihood(const bench *b, const timed *s, const measure_settings *set,
                                   double *seconds, failure *err) {
  const size_t repeats = b->sizes->repeats;
  double *times = memory_array(repeats, sizeof *times);
  const likelihood_request request = {
      .net = s->net, .w = b->w, .points = b->data.test, .count = s->points, .settings = set};
  char phase[80];
  snprintf(phase, sizeof phase, "likelihoods of %zu points, %s", s->points, s->name);
  status_code status = STATUS_OK;
  for (size_t k = 0; k < repeats && status == STATUS_OK; k++) {
    likelihood found;
    const double start = clock_seconds();
    status = likelihood_measure(&request, &found, err);
    times[k] = (clock_seconds() - start) / (double)found.stats.nfev;
    if (status == STATUS_OK && strcmp(found.solver, "ok") != 0)
      status = failure_set(err, STATUS_DIVERGED, "the likelihood of these weights: %.300s",
                           found.solver);
    if (status == STATUS_OK) status = bench_report(phase, k + 1, repeats, err);
  }
  if (status == STATUS_OK) *seconds = bench_median(times, repeats);
  free(times);
  return status;
}

static status_code measure(const bench *b, const timed *s, const measure_settings *set, double rows,
                           failure *err) {
  double seconds;
  status_code status = time_likelihood(b, s, set, &seconds, err);
  if (status != STATUS_OK) return status;
  const char *name = arena_format(b->memory, "likelihood_%s_%zu", s->name, s->points);
  const double floor = bench_floor(b, rows, PASSES), points = (double)s->points;
  bench_write_row(b, name, 1e3 * seconds, "ms", 1e3 * floor);
  bench_write_row(b, arena_format(b->memory, "%s_point", name), 1e6 * seconds / points, "us",
                  1e6 * floor / points);
  return STATUS_OK;
}

/* As a run opens its network: for a batch or for all test points, the larger number. */
static status_code measure_many(const bench *b, const measure_settings *set, failure *err) {
  const size_t many = b->sizes->many, batch = b->sizes->batch;
  network net = {0};
  const timed s = {"series", &net, many};
  status_code status = bench_open_network(b, "spectral", many > batch ? many : batch, &net, err);
  if (status == STATUS_OK) status = measure(b, &s, set, NAN, err);
  bench_close_network(&net);
  return status;
}

status_code bench_likelihoods(bench *b, failure *err) {
  const value *defaults;
  const size_t few = b->sizes->few, particles = b->domain.particles;
  const timed direct = {"direct", &b->direct, few}, series = {"series", &b->series, few};
  measure_settings set = {0};
  status_code status = params_check(b->memory, measure_params, NULL, "measure", &plugins_lookup,
                                    NULL, &defaults, err);
  if (status != STATUS_OK) return status;
  params_store(b->memory, measure_params, defaults, &set);
  status = plugins_bind(b->memory, HIFM_SOLVER, value_get(defaults, "solver"), "measure.solver",
                        &b->domain, &set.solver, err);
  if (status != STATUS_OK) return status;
  const double rows = (double)(few * particles * (particles - 1) / 2);
  status = measure(b, &direct, &set, rows, err);
  if (status == STATUS_OK) status = measure(b, &series, &set, NAN, err);
  if (status == STATUS_OK) status = measure_many(b, &set, err);
  plugins_drop(&set.solver);
  return status;
}
