/* A flow stage in the folder of the energies. */
#include "hifm/flow.h"

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  (void)self, (void)point, (void)spectrum, (void)err;
  return HIFM_OK;
}

static const hifm_flow_ops ops = {.shape = shape};

HIFM_PLUGIN(flow, HIFM_FLOW, char, .revision = 1, .name = "wrong_kind",
            .summary = "a stage among the energies", .ops = {.flow = &ops});
