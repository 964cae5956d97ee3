/* Answers with pairs and with a value: which one holds? */
#include "harmonic.h"

static void pair(const void *self, size_t k, const double *r2, const double *s2, double *u,
                 double *du, double *ddu) {
  (void)self, (void)s2;
  for (size_t i = 0; i < k; i++) {
    u[i] = r2[i];
    du[i] = 1;
    ddu[i] = 0;
  }
}

static const hifm_energy_ops ops = {.pair = pair, .value = harmonic_value};

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "two_answers",
            .summary = "both pair and value", .ops = {.energy = &ops});
