/* Lennard-Jones cluster in a harmonic trap, kT = 1:
 *
 *   V(x) = epsilon c sum_{i<j} [(r_min/r_ij)^12 - 2 (r_min/r_ij)^6]
 *          + oscillator/2 sum_i |x_i - m|^2
 *
 * with m the centre of mass, and c = 2 when the sum runs over ordered pairs, 1 when over unordered
 * ones. The LJ13 samples of the literature (Koehler, Klein and Noe, "Equivariant Flows", ICML 2020;
 * Klein, Kraemer and Noe, "Equivariant flow matching", NeurIPS 2023) are those of c = 2,
 * epsilon = r_min = oscillator = 1. The trap is a sum over pairs as well, because
 * sum_i |x_i - m|^2 = 1/N sum_{i<j} r_ij^2. */
#include "hifm/energy.h"

enum { ORDERED, UNORDERED };
static const char *const pair_choices[] = {"ordered", "unordered", NULL};

typedef struct lennard_jones {
  double epsilon, r_min, oscillator;
  uint32_t pairs;
  double depth, radius2, spring; /* c epsilon, r_min^2, oscillator / (2 N): set by init */
} lennard_jones;

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  lennard_jones *lj = self;
  if (domain->particles < 2)
    return hifm_fail(err, HIFM_BAD_SETTINGS,
                     "lennard_jones needs at least 2 particles, the points have %u; set "
                     "\"particles\" and \"space\" of the data set",
                     domain->particles);
  lj->depth = lj->pairs == ORDERED ? 2 * lj->epsilon : lj->epsilon;
  lj->radius2 = lj->r_min * lj->r_min;
  lj->spring = lj->oscillator / (2.0 * domain->particles);
  return HIFM_OK;
}

static void pair(const void *self, size_t k, const double *restrict r2, const double *restrict s2,
                 double *restrict u, double *restrict du, double *restrict ddu) {
  const lennard_jones *lj = self;
  const double depth = lj->depth, radius2 = lj->radius2, spring = lj->spring;
  (void)s2;
  for (size_t i = 0; i < k; i++) {
    double inverse = 1 / r2[i], s = radius2 * inverse;
    double s3 = s * s * s, s6 = s3 * s3;
    u[i] = depth * (s6 - 2 * s3) + spring * r2[i];
    du[i] = depth * 6 * (s3 - s6) * inverse + spring;
    ddu[i] = depth * (42 * s6 - 24 * s3) * inverse * inverse;
  }
}

static const hifm_energy_ops ops = {.pair = pair};

static const hifm_param params[] = {
    HIFM_PARAM_REAL(lennard_jones, epsilon, 1, 0, DBL_MAX, "depth of the well"),
    HIFM_PARAM_REAL(lennard_jones, r_min, 1, HIFM_POSITIVE, DBL_MAX, "distance at the minimum"),
    HIFM_PARAM_REAL(lennard_jones, oscillator, 1, 0, DBL_MAX, "stiffness of the harmonic trap"),
    HIFM_PARAM_CHOICE(lennard_jones, pairs, ORDERED, pair_choices,
                      "ordered: every pair counts twice"),
    HIFM_PARAM_END};

HIFM_PLUGIN(energy, HIFM_ENERGY, lennard_jones, .revision = 1, .name = "lennard_jones",
            .summary = "Lennard-Jones cluster in a harmonic trap", .params = params,
            .ops = {.energy = &ops}, .init = init);
