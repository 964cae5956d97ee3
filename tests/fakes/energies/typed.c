/* Sound: springs between all particles, with a length for each of two types. */
#include "hifm/energy.h"

enum { TYPES = 2 };

typedef struct typed {
  hifm_list lengths; /* of the types 0, 1, ... */
} typed;

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  const typed *set = self;
  for (uint32_t i = 0; i < domain->particles; i++) {
    const uint16_t type = domain->types ? domain->types[i] : 0;
    if (type >= set->lengths.count)
      return hifm_fail(err, HIFM_BAD_SETTINGS, "lengths has %zu items, particle %u is of type %u",
                       set->lengths.count, i, type);
  }
  return HIFM_OK;
}

static void pair(const void *self, uint16_t type_i, uint16_t type_j, size_t k, const double *r2,
                 const double *s2, double *u, double *du, double *ddu) {
  const double *lengths = ((const typed *)self)->lengths.items;
  const double rest2 = lengths[type_i] * lengths[type_j];
  (void)s2;
  for (size_t i = 0; i < k; i++) {
    u[i] = (r2[i] - rest2) * (r2[i] - rest2) / 4;
    du[i] = (r2[i] - rest2) / 2;
    ddu[i] = 0.5;
  }
}

static const double LENGTHS[TYPES] = {1, 1.5};

static const hifm_param params[] = {
    HIFM_PARAM_LIST(typed, lengths, LENGTHS, TYPES, HIFM_POSITIVE, 10, "length of each type"),
    HIFM_PARAM_END};

static const hifm_energy_ops ops = {.pair_typed = pair};

HIFM_PLUGIN(energy, HIFM_ENERGY, typed, .revision = 1, .name = "typed",
            .summary = "springs that know two types", .params = params, .ops = {.energy = &ops},
            .init = init);
