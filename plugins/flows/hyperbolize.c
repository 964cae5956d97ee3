/* Algorithm 1, lines 6-8: null modes move too, at the slowest rate. They stay marked as null, so
 * that `project` still hides them. */
#include "hifm/flow.h"

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  (void)self, (void)point, (void)err;
  for (size_t i = 0; i < spectrum->modes; i++)
    if (spectrum->null[i]) spectrum->alpha[i] = spectrum->low;
  return HIFM_OK;
}

static const hifm_flow_ops ops = {.role = HIFM_STAGE_HESSIAN | HIFM_STAGE_RATES, .shape = shape};

HIFM_PLUGIN(flow, HIFM_FLOW, char, .revision = 1, .name = "hyperbolize",
            .summary = "null modes get the smallest non-zero rate", .ops = {.flow = &ops});
