/* Sound: a Hessian source whose energy is a setting of another name than `energy`. */
#include "hifm/flow.h"

typedef struct potential {
  hifm_bound potential;
} potential;

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  const double threshold = 1e-6 * spectrum->high;
  (void)self, (void)point, (void)err;
  for (size_t i = 0; i < spectrum->modes; i++) {
    spectrum->null[i] = spectrum->alpha[i] <= threshold;
    if (spectrum->null[i]) spectrum->alpha[i] = 0;
  }
  return HIFM_OK;
}

static const hifm_param params[] = {
    HIFM_PARAM_REF(potential, potential, HIFM_ENERGY, NULL, "whose Hessian shapes the flow"),
    HIFM_PARAM_END};

static const hifm_flow_ops ops = {.role = HIFM_STAGE_SOURCE | HIFM_STAGE_HESSIAN, .shape = shape};

HIFM_PLUGIN(flow, HIFM_FLOW, potential, .revision = 1, .name = "potential",
            .summary = "a Hessian source whose energy has another name", .params = params,
            .ops = {.flow = &ops});
