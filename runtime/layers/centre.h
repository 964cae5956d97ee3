/* The projection to zero centre of mass. It is its own transpose: gradients go through it, too. */
#ifndef LAYERS_CENTRE_H
#define LAYERS_CENTRE_H

#include "hifm/plugin.h"

/* x: n rows of `stride` floats, each beginning with a point [particles, space]; what follows the
 * point stays. The domain must have particles. */
void layers_centre(const hifm_domain *domain, size_t n, size_t stride, float *x);

#endif
