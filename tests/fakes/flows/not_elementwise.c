/* Looks at the neighbouring mode, and at its place among them. */
#include "hifm/flow.h"

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  (void)self, (void)point, (void)err;
  for (size_t i = 1; i < spectrum->modes; i++) spectrum->alpha[i] += spectrum->alpha[i - 1];
  return HIFM_OK;
}

static const hifm_flow_ops ops = {.role = HIFM_STAGE_RATES, .shape = shape};

HIFM_PLUGIN(flow, HIFM_FLOW, char, .revision = 1, .name = "not_elementwise",
            .summary = "a mode that depends on its neighbour", .ops = {.flow = &ops});
