/* Section 4.4.1, "Data": A = alpha I with alpha = -ln(epsilon / |y1|), so that y is within epsilon
 * of y1 at t = 1. */
#include "hifm/flow.h"

typedef struct data {
  double kappa, epsilon;
} data;

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  const data *set = self;
  if (!(point->norm > set->epsilon))
    return hifm_fail(err, HIFM_BAD_INPUT,
                     "a data point has norm %g, but the data stage needs |y1| > epsilon = %g",
                     point->norm, set->epsilon);
  spectrum->kappa = set->kappa;
  for (size_t i = 0; i < spectrum->modes; i++)
    spectrum->alpha[i] = -log(set->epsilon / point->norm);
  return HIFM_OK;
}

static const hifm_param params[] = {
    HIFM_PARAM_REAL(data, kappa, 1, HIFM_POSITIVE, 100, "how fast z follows the data (eq. 19)"),
    HIFM_PARAM_REAL(data, epsilon, 1e-5, HIFM_POSITIVE, 0.5, "distance from the data at t = 1"),
    HIFM_PARAM_END};

static const hifm_flow_ops ops = {.role = HIFM_STAGE_SOURCE, .shape = shape};

HIFM_PLUGIN(flow, HIFM_FLOW, data, .revision = 1, .name = "data",
            .summary = "path stage: a rate per data point, set by y reaching it within epsilon",
            .params = params, .ops = {.flow = &ops});
