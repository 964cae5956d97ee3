/* Algorithm 1, lines 2-3: A = P diag(alpha) P' is the energy's Hessian at the data point. Modes
 * with |alpha| <= tol * max|alpha| form the null space and get alpha = 0 exactly. */
#include "hifm/flow.h"

enum { REFUSE, ABSOLUTE, CLIP };

typedef struct hessian {
  hifm_bound energy; /* read by the host, which makes and caches the eigendecompositions */
  double kappa, tol;
  uint32_t negative;
} hessian;

static void make_null(hifm_spectrum *spectrum, size_t i) {
  spectrum->alpha[i] = 0;
  spectrum->null[i] = true;
}

static hifm_status shape(const void *self, const hifm_point *point, hifm_spectrum *spectrum,
                         hifm_error *err) {
  const hessian *set = self;
  const double threshold = set->tol * spectrum->high;
  (void)point;
  if (set->negative == REFUSE && spectrum->low < -threshold)
    return hifm_fail(
        err, HIFM_BAD_SETTINGS,
        "the energy's Hessian has a negative eigenvalue, %g, at a data point: it is not "
        "a minimum; set negative = \"absolute\" or \"clip\"",
        spectrum->low);
  bool any = false;
  for (size_t i = 0; i < spectrum->modes; i++) {
    if (spectrum->alpha[i] < -threshold && set->negative == ABSOLUTE)
      spectrum->alpha[i] = -spectrum->alpha[i];
    if (spectrum->alpha[i] <= threshold) make_null(spectrum, i);
    any = any || !spectrum->null[i];
  }
  spectrum->kappa = set->kappa;
  if (!any)
    return hifm_fail(err, HIFM_BAD_INPUT,
                     "the energy's Hessian is zero at a data point: every mode is null");
  return HIFM_OK;
}

static const char *const NEGATIVES[] = {"refuse", "absolute", "clip", NULL};

static const hifm_param params[] = {
    HIFM_PARAM_REF(hessian, energy, HIFM_ENERGY, NULL, "whose Hessian shapes the flow"),
    HIFM_PARAM_REAL(hessian, kappa, 1, HIFM_POSITIVE, 100, "how fast z follows the data (eq. 19)"),
    HIFM_PARAM_CHOICE(hessian, negative, REFUSE, NEGATIVES,
                      "negative eigenvalues: an error, their absolute value, or null modes"),
    HIFM_PARAM_REAL(hessian, tol, 1e-6, 0, 0.1, "null means |alpha| <= tol * max|alpha|"),
    HIFM_PARAM_END};

static const hifm_flow_ops ops = {.role = HIFM_STAGE_SOURCE | HIFM_STAGE_HESSIAN, .shape = shape};

HIFM_PLUGIN(flow, HIFM_FLOW, hessian, .revision = 1, .name = "hessian",
            .summary = "path stage: rates and basis from an energy's Hessian (eq. 13)",
            .params = params, .ops = {.flow = &ops});
