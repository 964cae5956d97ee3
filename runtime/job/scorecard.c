#include "job/scorecard.h"

#include "base/memory.h"
#include "job/bennett.h"
#include "job/importance.h"
#include "job/pair_distances.h"
#include "job/wasserstein.h"

#include <math.h>
#include <stdlib.h>

/* One side of the comparison: samples or test points. */
typedef struct side {
  size_t n;
  const double *points; /* [n, d] */
  double *energies;     /* [n] */
  double *log_w;        /* [n] */
  const double *starts; /* [n, d], of samples: their noise */
  double *lengths;      /* [n], of samples: those of their paths */
} side;

typedef struct mean_of {
  double mean, se;
} mean_of;

/* Mean and its standard error of independent numbers [n]; infinite where one is. */
static mean_of average(const double *x, size_t n) {
  double mean = 0, squares = 0;
  for (size_t i = 0; i < n; i++) mean += x[i] / (double)n;
  for (size_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
  return (mean_of){mean, n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : NAN};
}

/* log_density [n]: log q of the points. */
static void weigh(side *s, energy *target, const double *log_density) {
  s->energies = memory_array(s->n, sizeof *s->energies);
  s->log_w = memory_array(s->n, sizeof *s->log_w);
  for (size_t i = 0; i < s->n; i++) {
    s->energies[i] = energy_value(target, s->points + i * target->domain.d, NULL);
    s->log_w[i] = -s->energies[i] - log_density[i];
  }
}

/* The distances of all pairs of particles of all points, [n * pairs]. */
static double *all_distances(const hifm_domain *domain, const side *s, size_t *count) {
  const size_t pairs = pair_distances_count(domain);
  double *out = memory_array(s->n * pairs, sizeof *out);
  *count = s->n * pairs;
  for (size_t b = 0; b < s->n; b++)
    pair_distances_square(domain, s->points + b * domain->d, out + b * pairs);
  for (size_t i = 0; i < *count; i++) out[i] = sqrt(out[i]);
  return out;
}

/* weights: of the samples; NULL: they say nothing. */
static void compare_distances(const hifm_domain *domain, const side *samples, const side *tests,
                              const double *weights, scorecard *out) {
  out->distance_w1 = NAN;
  if (pair_distances_count(domain) == 0) return;
  size_t n, m;
  double *x = all_distances(domain, samples, &n), *y = all_distances(domain, tests, &m);
  histogram_data(&out->distances, y, m);
  histogram_samples(&out->distances, x, samples->n, pair_distances_count(domain), weights);
  out->distance_w1 = wasserstein_distance(x, n, y, m);
  free(x);
  free(y);
}

/* Sorts the energies of both. */
static void compare_energies(const side *samples, const side *tests, const double *weights,
                             scorecard *out) {
  histogram_data(&out->energies, tests->energies, tests->n);
  histogram_samples(&out->energies, samples->energies, samples->n, 1, weights);
  out->energy_w1 = wasserstein_distance(samples->energies, samples->n, tests->energies, tests->n);
}

/* The error of the ratio by the delta method. */
static void put_paths(scorecard *out, const side *samples, size_t d) {
  const size_t n = samples->n;
  double *distances = memory_array(n, sizeof *distances);
  for (size_t i = 0; i < n; i++) {
    double square = 0;
    for (size_t k = i * d; k < (i + 1) * d; k++) {
      const double step = samples->points[k] - samples->starts[k];
      square += step * step;
    }
    distances[i] = sqrt(square);
  }
  const mean_of lengths = average(samples->lengths, n), straight = average(distances, n);
  out->path_length = lengths.mean;
  out->path_length_se = lengths.se;
  out->path_ratio = lengths.mean / straight.mean;
  for (size_t i = 0; i < n; i++)
    distances[i] = samples->lengths[i] - out->path_ratio * distances[i];
  out->path_ratio_se = average(distances, n).se / straight.mean;
  free(distances);
}

/* Errors of log Z and of a mean are added as if they were independent: they share points, but the
 * sum is then too large, not too small, for the mean over test points. */
static void put_divergences(scorecard *out, const side *samples, const side *tests) {
  const double log_z = out->log_z_bennett, log_z_se = out->log_z_bennett_se;
  const mean_of energies = average(tests->energies, tests->n);
  const mean_of forward = average(tests->log_w, tests->n);
  const mean_of reverse = average(samples->log_w, samples->n);
  out->entropy = energies.mean + log_z;
  out->entropy_se = hypot(energies.se, log_z_se);
  out->kl_forward = forward.mean - log_z;
  out->kl_forward_se = hypot(forward.se, log_z_se);
  out->kl_reverse = log_z - reverse.mean;
  out->kl_reverse_se = hypot(reverse.se, log_z_se);
}

static void compare(const scorecard_request *request, side *samples, side *tests, scorecard *out) {
  const hifm_domain *domain = &request->target->domain;
  const importance all = importance_of(samples->log_w, samples->n, request->seed);
  const bennett_estimate both = bennett_of(samples->log_w, samples->n, tests->log_w, tests->n);
  double *room = memory_array(samples->n, sizeof *room);
  const double *weights = importance_weights(samples->log_w, samples->n, room) ? room : NULL;
  *out = (scorecard){.samples = (double)samples->n,
                     .ess = all.ess,
                     .ess_low = all.ess_low,
                     .ess_high = all.ess_high,
                     .ess_clipped = all.ess_clipped,
                     .largest_weight = all.largest,
                     .log_z = all.log_z,
                     .log_z_se = all.log_z_se,
                     .log_z_bennett = both.log_z,
                     .log_z_bennett_se = both.se};
  put_divergences(out, samples, tests);
  put_paths(out, samples, domain->d);
  compare_distances(domain, samples, tests, weights, out);
  compare_energies(samples, tests, weights, out);
  free(room);
}

/* The states at z = 0, the samples behind them, log q, and the lengths of the paths. */
static status_code draw(const scorecard_request *request, double *states, double *log_density,
                        double *lengths, failure *err) {
  double nfe;
  const sample_request samples = {.net = request->net,
                                  .w = request->w,
                                  .settings = request->settings,
                                  .seed = request->seed,
                                  .count = request->settings->samples,
                                  .steps = 1,
                                  .log_density = log_density,
                                  .lengths = lengths};
  return sample_draw(&samples, states, &nfe, err);
}

status_code scorecard_measure(const scorecard_request *request, scorecard *out, failure *err) {
  const size_t n = request->settings->samples, d = request->target->domain.d;
  double *states = memory_array(2 * n * d, sizeof *states);
  double *log_density = memory_array(n > request->count ? n : request->count, sizeof *log_density);
  side samples = {.n = n,
                  .points = states + n * d,
                  .starts = states,
                  .lengths = memory_array(n, sizeof *samples.lengths)};
  side tests = {.n = request->count, .points = request->points};
  status_code status = draw(request, states, log_density, samples.lengths, err);
  if (status == STATUS_OK) {
    weigh(&samples, request->target, log_density);
    for (size_t i = 0; i < tests.n; i++) log_density[i] = -request->nll[i];
    weigh(&tests, request->target, log_density);
    status = energy_status(request->target, err);
  }
  if (status == STATUS_OK) compare(request, &samples, &tests, out);
  free(samples.energies);
  free(samples.log_w);
  free(samples.lengths);
  free(tests.energies);
  free(tests.log_w);
  free(states);
  free(log_density);
  return status;
}
