/* Optimal transport (Lipman et al. 2022; eq. 18 of the paper): m = z, s = 1 - (1 - sigma_min) z. */
#include "hifm/flow.h"

typedef struct transport {
  double sigma_min;
} transport;

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  (void)self, (void)point, (void)err;
  for (size_t i = 0; i < spectrum->modes; i++) spectrum->alpha[i] = 1;
  return HIFM_OK;
}

static void path(const void *self, const hifm_spectrum *spectrum, double q, double *m, double *s,
                 double *dm, double *ds) {
  const double sigma_min = ((const transport *)self)->sigma_min;
  for (size_t i = 0; i < spectrum->modes; i++) {
    m[i] = 1 - q;
    s[i] = sigma_min + (1 - sigma_min) * q;
    dm[i] = 1;
    ds[i] = -(1 - sigma_min);
  }
}

static const hifm_param params[] = {
    HIFM_PARAM_REAL(transport, sigma_min, 1e-5, HIFM_POSITIVE, 1, "standard deviation at z = 1"),
    HIFM_PARAM_END};

static const hifm_flow_ops ops = {.role = HIFM_STAGE_SOURCE, .shape = shape, .path = path};

HIFM_PLUGIN(flow, HIFM_FLOW, transport, .revision = 1, .name = "transport",
            .summary = "path stage: optimal transport, a straight line (eq. 18)", .params = params,
            .ops = {.flow = &ops});
