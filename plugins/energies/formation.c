/* Formation energy (eq. 25): V(y) = 1/4 sum over unordered pairs of (|y_i - y_j|^2 - d_ij^2)^2 on
 * the complete graph, with d_ij the distances of the anchor configuration.
 *
 * At the anchor itself V and its gradient vanish, and the Hessian has off-diagonal blocks
 * -2 r r' and diagonal blocks sum_j 2 r r', r = y_i - y_j: the squared rigidity matrix, whose null
 * space is the rigid motions (rank N D - D (D + 1) / 2 for N >= D particles in general position).
 */
#include "hifm/energy.h"

typedef char formation; /* no settings: an instance has nothing to keep */

static void pair(const void *self, size_t k, const double *restrict r2, const double *restrict s2,
                 double *restrict u, double *restrict du, double *restrict ddu) {
  (void)self;
  for (size_t i = 0; i < k; i++) {
    double excess = r2[i] - s2[i];
    u[i] = 0.25 * excess * excess;
    du[i] = 0.5 * excess;
    ddu[i] = 0.5;
  }
}

static const hifm_energy_ops ops = {.invariances = HIFM_ANCHORED, .pair = pair};

HIFM_PLUGIN(energy, HIFM_ENERGY, formation, .revision = 1, .name = "formation",
            .summary = "distances to every other particle kept as in the data point (eq. 25)",
            .ops = {.energy = &ops});
