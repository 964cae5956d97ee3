#include "job/chain_places.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "job/diagnostics.h"
#include "job/pair_distances.h"

#include <stdlib.h>

enum { DISTANCES = 16 };

const char *chain_places_word(const hifm_domain *domain) {
  return domain->particles > 0 ? "distances" : "coordinates";
}

/* The traces of particles, [traces, n]: in each the k-th of some sorted distances. */
static double *trace_distances(const hifm_domain *domain, const double *samples, size_t n,
                               size_t *traces) {
  const size_t pairs = pair_distances_count(domain);
  const size_t count = *traces = pairs < DISTANCES ? pairs : DISTANCES;
  double *all = memory_array(pairs, sizeof *all), *x = memory_array(count * n, sizeof *x);
  for (size_t row = 0; row < n; row++) {
    pair_distances_square(domain, samples + row * domain->d, all);
    qsort(all, pairs, sizeof *all, numbers_ascend);
    for (size_t k = 0; k < count; k++)
      x[k * n + row] = sqrt(all[count > 1 ? k * (pairs - 1) / (count - 1) : 0]);
  }
  free(all);
  return x;
}

static void add(chain_places *worst, const double *x, size_t chains, size_t draws) {
  const double ess = diagnostics_ess(x, chains, draws);
  worst->rhat = numbers_nan_max(worst->rhat, diagnostics_rhat(x, chains, draws));
  worst->ess = -numbers_nan_max(-worst->ess, -ess);
}

chain_places chain_places_compare(const hifm_domain *domain, const double *samples, size_t chains,
                                  size_t draws) {
  const size_t n = chains * draws, d = domain->d;
  chain_places worst = {.rhat = 0, .ess = INFINITY};
  if (domain->particles > 0) {
    size_t traces;
    double *x = trace_distances(domain, samples, n, &traces);
    for (size_t k = 0; k < traces; k++) add(&worst, x + k * n, chains, draws);
    free(x);
    return worst;
  }
  double *x = memory_array(n, sizeof *x);
  for (size_t i = 0; i < d; i++) {
    for (size_t row = 0; row < n; row++) x[row] = samples[row * d + i];
    add(&worst, x, chains, draws);
  }
  free(x);
  return worst;
}
