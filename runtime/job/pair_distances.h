/* The distances between the particles of a point. */
#ifndef JOB_PAIR_DISTANCES_H
#define JOB_PAIR_DISTANCES_H

#include "hifm/plugin.h"

/* How many unordered pairs there are; 0 for plain points. */
size_t pair_distances_count(const hifm_domain *domain);

/* Writes the squared distance of each pair of point [d] to out [pair_distances_count]. */
void pair_distances_square(const hifm_domain *domain, const double *point, double *out);

#endif
