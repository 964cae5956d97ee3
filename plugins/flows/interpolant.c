/* Section 4.4.1, "Interpolant": A = alpha I with alpha = -ln(epsilon) / kappa, so that z is within
 * epsilon of 1 at t = 1 (eq. 21). */
#include "hifm/flow.h"

typedef struct interpolant {
  double kappa, epsilon;
} interpolant;

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  const interpolant *set = self;
  (void)point, (void)err;
  spectrum->kappa = set->kappa;
  for (size_t i = 0; i < spectrum->modes; i++) spectrum->alpha[i] = -log(set->epsilon) / set->kappa;
  return HIFM_OK;
}

static const hifm_param params[] = {
    HIFM_PARAM_REAL(interpolant, kappa, 1, HIFM_POSITIVE, 100,
                    "how fast z follows the data (eq. 19)"),
    HIFM_PARAM_REAL(interpolant, epsilon, 1e-5, HIFM_POSITIVE, 0.5, "1 - z at t = 1"),
    HIFM_PARAM_END};

static const hifm_flow_ops ops = {.role = HIFM_STAGE_SOURCE, .shape = shape};

HIFM_PLUGIN(flow, HIFM_FLOW, interpolant, .revision = 1, .name = "interpolant",
            .summary = "path stage: one rate for all data, set by z reaching 1 - epsilon",
            .params = params, .ops = {.flow = &ops});
