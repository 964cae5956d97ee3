/* The double well of pairs of particles of Koehler, Klein and Noe, "Equivariant Flows" (ICML 2020),
 * which is called DW4 with four particles in the plane; kT = 1:
 *
 *   V(x) = sum_{i<j} [a (r_ij - d0) + b (r_ij - d0)^2 + c (r_ij - d0)^4],
 *   a = 0, b = -4, c = 0.9, d0 = 4.
 *
 * The published sum is over ordered pairs with a factor of 1/2: each pair counts once. V is finite
 * where two particles meet, but it has a cusp there: its derivatives are not. Such points have
 * probability 0. */
#include "hifm/energy.h"

typedef struct dw4 {
  double a, b, c, d0;
} dw4;

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self;
  if (domain->particles >= 2) return HIFM_OK;
  return hifm_fail(err, HIFM_BAD_SETTINGS,
                   "dw4 needs at least 2 particles, the points have %u; set \"particles\" and "
                   "\"space\" of the data set",
                   domain->particles);
}

/* With r the distance and f(r) the energy of the pair: u' = f' / 2r, u'' = (f'' - f' / r) / 4r^2.
 */
static void pair(const void *self, size_t k, const double *restrict r2, const double *restrict s2,
                 double *restrict u, double *restrict du, double *restrict ddu) {
  const dw4 *w = self;
  const double a = w->a, b = w->b, c = w->c, d0 = w->d0;
  (void)s2;
  for (size_t i = 0; i < k; i++) {
    const double r = sqrt(r2[i]), t = r - d0, t2 = t * t;
    const double slope = a + (2 * b + 4 * c * t2) * t, curvature = 2 * b + 12 * c * t2;
    u[i] = a * t + (b + c * t2) * t2;
    du[i] = slope / (2 * r);
    ddu[i] = (curvature - slope / r) / (4 * r2[i]);
  }
}

static const hifm_energy_ops ops = {.pair = pair};

static const hifm_param params[] = {
    HIFM_PARAM_REAL(dw4, a, 0, -DBL_MAX, DBL_MAX, "linear term of the distance less d0"),
    HIFM_PARAM_REAL(dw4, b, -4, -DBL_MAX, DBL_MAX, "quadratic term: < 0, two wells"),
    HIFM_PARAM_REAL(dw4, c, 0.9, HIFM_POSITIVE, DBL_MAX, "quartic term"),
    HIFM_PARAM_REAL(dw4, d0, 4, 0, DBL_MAX, "distance in the middle of the two wells"),
    HIFM_PARAM_END};

HIFM_PLUGIN(energy, HIFM_ENERGY, dw4, .revision = 1, .name = "dw4",
            .summary = "double well of the distances of all pairs of particles", .params = params,
            .ops = {.energy = &ops}, .init = init);
