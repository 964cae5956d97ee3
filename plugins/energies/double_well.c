/* The asymmetric double well of Noe, Olsson, Koehler and Wu, "Boltzmann generators" (Science 365,
 * 2019, supplement), in any dimension:
 *
 *   V(x) = a/4 x_1^4 - b/2 x_1^2 + c x_1 + d/2 sum_{i>1} x_i^2,   a = 1, b = 6, c = 1, d = 1.
 *
 * Wells near x_1 = +-sqrt(b/a), a barrier of about b^2/(4a) between them. */
#include "hifm/energy.h"

typedef struct double_well {
  double a, b, c, d;
} double_well;

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  const double_well *w = self;
  const double *y = at->y;
  double x2 = y[0] * y[0], rest = 0;
  (void)err;
  for (uint32_t i = 1; i < at->domain->d; i++) rest += y[i] * y[i];
  *out = (w->a / 4 * x2 - w->b / 2) * x2 + w->c * y[0] + w->d / 2 * rest;
  return HIFM_OK;
}

static hifm_status gradient(const void *self, const hifm_configuration *at, double *out,
                            hifm_error *err) {
  const double_well *w = self;
  const double *y = at->y;
  (void)err;
  out[0] = (w->a * y[0] * y[0] - w->b) * y[0] + w->c;
  for (uint32_t i = 1; i < at->domain->d; i++) out[i] = w->d * y[i];
  return HIFM_OK;
}

static hifm_status hessian(const void *self, const hifm_configuration *at, double *out,
                           hifm_error *err) {
  const double_well *w = self;
  const size_t d = at->domain->d;
  (void)err;
  for (size_t i = 0; i < d * d; i++) out[i] = 0;
  out[0] = 3 * w->a * at->y[0] * at->y[0] - w->b;
  for (size_t i = 1; i < d; i++) out[i * d + i] = w->d;
  return HIFM_OK;
}

static hifm_status hvp(const void *self, const hifm_configuration *at, const double *x, double *out,
                       hifm_error *err) {
  const double_well *w = self;
  (void)err;
  out[0] = (3 * w->a * at->y[0] * at->y[0] - w->b) * x[0];
  for (uint32_t i = 1; i < at->domain->d; i++) out[i] = w->d * x[i];
  return HIFM_OK;
}

static const hifm_energy_ops ops = {
    .value = value, .gradient = gradient, .hessian = hessian, .hvp = hvp};

static const hifm_param params[] = {
    HIFM_PARAM_REAL(double_well, a, 1, HIFM_POSITIVE, DBL_MAX, "quartic term of x_1"),
    HIFM_PARAM_REAL(double_well, b, 6, -DBL_MAX, DBL_MAX, "quadratic term of x_1: > 0, two wells"),
    HIFM_PARAM_REAL(double_well, c, 1, -DBL_MAX, DBL_MAX, "tilt of x_1"),
    HIFM_PARAM_REAL(double_well, d, 1, HIFM_POSITIVE, DBL_MAX,
                    "stiffness of the other coordinates"),
    HIFM_PARAM_END};

HIFM_PLUGIN(energy, HIFM_ENERGY, double_well, .revision = 1, .name = "double_well",
            .summary = "double well along the first coordinate, harmonic in the others",
            .params = params, .ops = {.energy = &ops});
