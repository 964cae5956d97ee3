/* Sound: V = sum_i k_i y_i^2 / 2 with the stiffnesses k, one digit each, in a file. */
#include "hifm/energy.h"

typedef struct tabulated {
  hifm_file table;
} tabulated;

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  const tabulated *set = self;
  if (set->table.length < domain->d)
    return hifm_fail(err, HIFM_BAD_SETTINGS, "%s has %zu stiffnesses, a point has %u numbers",
                     set->table.path, set->table.length, domain->d);
  for (uint32_t i = 0; i < domain->d; i++)
    if (set->table.bytes[i] < '0' || set->table.bytes[i] > '9')
      return hifm_fail(err, HIFM_BAD_INPUT, "%s: byte %u is not a digit", set->table.path, i);
  return HIFM_OK;
}

static hifm_status value(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  const tabulated *set = self;
  double sum = 0;
  (void)err;
  for (uint32_t i = 0; i < at->domain->d; i++)
    sum += (set->table.bytes[i] - '0') * at->y[i] * at->y[i] / 2;
  *out = sum;
  return HIFM_OK;
}

static const hifm_param params[] = {HIFM_PARAM_FILE(tabulated, table, "stiffnesses as digits"),
                                    HIFM_PARAM_END};

static const hifm_energy_ops ops = {.value = value};

HIFM_PLUGIN(energy, HIFM_ENERGY, tabulated, .revision = 1, .name = "tabulated",
            .summary = "stiffnesses from a file", .params = params, .ops = {.energy = &ops},
            .init = init);
