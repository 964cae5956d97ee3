/* Algorithm 1, lines 22-25: the loss sees only P_hyp P_hyp' of both sides (the paper's line 23
 * names the wrong space). */
#include "hifm/flow.h"

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  (void)self, (void)point, (void)err;
  for (size_t i = 0; i < spectrum->modes; i++)
    if (spectrum->null[i]) spectrum->visible[i] = false;
  return HIFM_OK;
}

static const hifm_flow_ops ops = {.role = HIFM_STAGE_HESSIAN, .shape = shape};

HIFM_PLUGIN(flow, HIFM_FLOW, char, .revision = 1, .name = "project",
            .summary = "the loss is blind to the Hessian's null space", .ops = {.flow = &ops});
