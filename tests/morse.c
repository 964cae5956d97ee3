/* A complete energy plugin: Morse pairs (P. M. Morse, Phys. Rev. 34, 57, 1929),
 *
 *   V(y) = sum_{i<j} D (1 - exp(-a (r_ij - r_0)))^2 - D
 *
 * The host asks for u as a function of r^2: u' = u_r / (2 r), u'' = (u_rr - u_r / r) / (4 r^2). */
#include "hifm/energy.h"

typedef struct morse {
  double depth, a, r_min; /* D, a, r_0 */
} morse;

static void pair(const void *self, size_t k, const double *r2, const double *s2, double *u,
                 double *du, double *ddu) {
  const morse *m = self;
  (void)s2;
  for (size_t i = 0; i < k; i++) {
    const double r = sqrt(r2[i]), e = exp(-m->a * (r - m->r_min));
    const double slope = 2 * m->depth * m->a * e * (1 - e);
    const double curvature = 2 * m->depth * m->a * m->a * e * (2 * e - 1);
    u[i] = m->depth * ((1 - e) * (1 - e) - 1);
    du[i] = slope / (2 * r);
    ddu[i] = (curvature - slope / r) / (4 * r2[i]);
  }
}

static const hifm_energy_ops ops = {.pair = pair};

static const hifm_param params[] = {
    HIFM_PARAM_REAL(morse, depth, 1, 0, DBL_MAX, "depth of the well"),
    HIFM_PARAM_REAL(morse, a, 3, HIFM_POSITIVE, DBL_MAX, "how narrow the well is"),
    HIFM_PARAM_REAL(morse, r_min, 1, HIFM_POSITIVE, DBL_MAX, "distance at the minimum"),
    HIFM_PARAM_END};

HIFM_PLUGIN(energy, HIFM_ENERGY, morse, .revision = 1, .name = "morse",
            .summary = "Morse potential between all pairs of particles", .params = params,
            .ops = {.energy = &ops});
