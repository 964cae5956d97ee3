/* Algorithm 1, lines 11-12: beta = sqrt(2 alpha_min gamma), stationary variance
 * gamma alpha_min / alpha <= gamma; none where the mode does not move (the paper's line 12 leaves
 * that out, its text before eq. 24 does not). */
#include "hifm/flow.h"

typedef struct anisotropic {
  double gamma;
} anisotropic;

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  const double gamma = ((const anisotropic *)self)->gamma;
  (void)point, (void)err;
  for (size_t i = 0; i < spectrum->modes; i++)
    spectrum->beta[i] = spectrum->alpha[i] > 0 ? sqrt(2 * spectrum->low * gamma) : 0;
  return HIFM_OK;
}

static const hifm_param params[] = {
    HIFM_PARAM_REAL(anisotropic, gamma, 1e-10, 0, 1, "largest stationary variance"),
    HIFM_PARAM_END};

static const hifm_flow_ops ops = {.role = HIFM_STAGE_NOISE | HIFM_STAGE_DEFAULT_NOISE,
                                  .shape = shape};

HIFM_PLUGIN(flow, HIFM_FLOW, anisotropic, .revision = 1, .name = "anisotropic",
            .summary = "noise stage: one diffusion, so stiff modes end narrower", .params = params,
            .ops = {.flow = &ops});
