/* hifm bench: right-hand sides of likelihoods, velocity and exact divergence. */
#include "base/clock.h"
#include "host/plugins.h"
#include "job/bench_parts.h"
#include "job/likelihood.h"

#include <stdlib.h>
#include <string.h>

/* The value, and its derivative by the distance: each a product with every weight. */
static const double passes = 2;

typedef struct subject {
  const char *name; /* of the way of evaluation */
  network *net;
  size_t points;
} subject;

/* A whole likelihood with the presets of a run, so that states and z are those of a solve. */
static hifm_status time_likelihood(const bench *b, const subject *s, const measure_settings *set,
                                   double *seconds, hifm_error *err) {
  const size_t repeats = b->sizes->repeats;
  double *times = memory_array(repeats, sizeof *times);
  char phase[80];
  snprintf(phase, sizeof phase, "likelihoods of %zu points, %s", s->points, s->name);
  hifm_status status = HIFM_OK;
  for (size_t k = 0; k < repeats && status == HIFM_OK; k++) {
    likelihood found;
    const double start = clock_seconds();
    status = likelihood_measure(s->net, b->w, b->data.test, s->points, set, 0, &found, err);
    times[k] = (clock_seconds() - start) / (double)found.stats.nfev;
    if (status == HIFM_OK && strcmp(found.solver, "ok") != 0)
      status =
          hifm_fail(err, HIFM_DIVERGED, "the likelihood of these weights: %.300s", found.solver);
    if (status == HIFM_OK) status = bench_tell(phase, k + 1, repeats, err);
  }
  if (status == HIFM_OK) *seconds = bench_median(times, repeats);
  free(times);
  return status;
}

static hifm_status measure(const bench *b, const subject *s, const measure_settings *set,
                           double rows, hifm_error *err) {
  double seconds;
  hifm_status status = time_likelihood(b, s, set, &seconds, err);
  if (status != HIFM_OK) return status;
  const char *name = arena_format(b->memory, "likelihood_%s_%zu", s->name, s->points);
  const double floor = bench_floor(b, rows, passes), points = (double)s->points;
  bench_put(b, name, 1e3 * seconds, "ms", 1e3 * floor);
  bench_put(b, arena_format(b->memory, "%s_point", name), 1e6 * seconds / points, "us",
            1e6 * floor / points);
  return HIFM_OK;
}

/* As a run opens its network: for a batch or all test points, whichever are more. */
static hifm_status measure_many(const bench *b, const measure_settings *set, hifm_error *err) {
  const size_t many = b->sizes->many, batch = b->sizes->batch;
  network net = {0};
  const subject s = {"series", &net, many};
  hifm_status status = bench_open_network(b, "spectral", many > batch ? many : batch, &net, err);
  if (status == HIFM_OK) status = measure(b, &s, set, NAN, err);
  bench_close_network(&net);
  return status;
}

hifm_status bench_likelihoods(bench *b, hifm_error *err) {
  const value *presets;
  const size_t few = b->sizes->few, particles = b->domain.particles;
  const subject direct = {"direct", &b->direct, few}, series = {"series", &b->series, few};
  measure_settings set = {0};
  hifm_status status = params_check(b->memory, measure_params, NULL, "measure", &plugins_lookup,
                                    NULL, &presets, err);
  if (status != HIFM_OK) return status;
  params_store(b->memory, measure_params, presets, &set);
  status = plugins_bind(b->memory, HIFM_SOLVER, value_get(presets, "solver"), "measure.solver",
                        &b->domain, &set.solver, err);
  if (status != HIFM_OK) return status;
  const double rows = (double)(few * particles * (particles - 1) / 2);
  status = measure(b, &direct, &set, rows, err);
  if (status == HIFM_OK) status = measure(b, &series, &set, NAN, err);
  if (status == HIFM_OK) status = measure_many(b, &set, err);
  plugins_drop(&set.solver);
  return status;
}
