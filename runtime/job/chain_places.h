/* Do the chains of a sampler visit the same places? Their energies may agree while each stays in a
 * well that the others never see. */
#ifndef JOB_CHAIN_PLACES_H
#define JOB_CHAIN_PLACES_H

#include "hifm/plugin.h"

#include <stddef.h>

/* Of samples [chains * draws, d], chain by chain: the largest split R-hat and the smallest
 * effective sample size (diagnostics.h) of all coordinates. Particles: of up to 16 pair distances
 * of a point, taken evenly from the sorted list. These tell arrangements apart, but not a point
 * from its rotations, reflections and permutations. NAN where diagnostics.h says so. */
typedef struct chain_places {
  double rhat, ess;
} chain_places;
chain_places chain_places_compare(const hifm_domain *domain, const double *samples, size_t chains,
                                  size_t draws);

/* What is compared: "coordinates", or "distances" of particles. */
const char *chain_places_word(const hifm_domain *domain);

#endif
