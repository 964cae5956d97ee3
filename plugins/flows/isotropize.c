/* Algorithm 1, lines 9-10: beta = sqrt(2 alpha gamma), the same stationary variance
 * beta^2 / (2 alpha) = gamma in every mode that moves. */
#include "hifm/flow.h"

typedef struct isotropize {
  double gamma;
} isotropize;

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  const double gamma = ((const isotropize *)self)->gamma;
  (void)point, (void)err;
  for (size_t i = 0; i < spectrum->modes; i++)
    spectrum->beta[i] = sqrt(2 * spectrum->alpha[i] * gamma);
  return HIFM_OK;
}

static const hifm_param params[] = {
    HIFM_PARAM_REAL(isotropize, gamma, 1e-10, 0, 1, "stationary variance"), HIFM_PARAM_END};

static const hifm_flow_ops ops = {.role = HIFM_STAGE_NOISE, .shape = shape};

HIFM_PLUGIN(flow, HIFM_FLOW, isotropize, .revision = 1, .name = "isotropize",
            .summary = "noise stage: stationary variance gamma in every mode", .params = params,
            .ops = {.flow = &ops});
