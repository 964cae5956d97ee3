/* Algorithm 1, lines 4-5: rates scaled to the condition number c, alpha <- a alpha + b with
 * a = (c - 1) alpha_min / (alpha_max - alpha_min), b = alpha_min (1 - a): [alpha_min, c alpha_min].
 */
#include "hifm/flow.h"

typedef struct condition {
  double c;
} condition;

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  const double c = ((const condition *)self)->c, low = spectrum->low, high = spectrum->high;
  (void)point, (void)err;
  if (!(high > low)) return HIFM_OK; /* all rates equal (two particles): nothing to scale */
  const double a = (c - 1) * low / (high - low);
  for (size_t i = 0; i < spectrum->modes; i++)
    if (!spectrum->null[i]) spectrum->alpha[i] = low + a * (spectrum->alpha[i] - low);
  return HIFM_OK;
}

static const hifm_param params[] = {
    HIFM_PARAM_REAL(condition, c, 2, 1, 1e12, "condition number alpha_max / alpha_min wanted"),
    HIFM_PARAM_END};

static const hifm_flow_ops ops = {.role = HIFM_STAGE_HESSIAN | HIFM_STAGE_RATES, .shape = shape};

HIFM_PLUGIN(flow, HIFM_FLOW, condition, .revision = 1, .name = "condition",
            .summary = "rates of the Hessian scaled to a condition number", .params = params,
            .ops = {.flow = &ops});
