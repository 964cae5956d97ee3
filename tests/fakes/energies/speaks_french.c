/* Its init changes the locale. */
#include "harmonic.h"

#include <locale.h>

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  (void)self, (void)domain, (void)err;
  setlocale(LC_ALL, "C.UTF-8");
  return HIFM_OK;
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "speaks_french",
            .summary = "changes the locale", .init = init, .ops = {.energy = &ops});
