/* Its init starts a thread that never ends. */
#include "harmonic.h"

#include <pthread.h>
#include <unistd.h>

static void *wait_for_ever(void *nothing) {
  for (;;) pause();
  return nothing;
}

static hifm_status init(void *self, const hifm_domain *domain, hifm_error *err) {
  pthread_t thread;
  (void)self, (void)domain, (void)err;
  if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0) return HIFM_NO_MEMORY;
  pthread_detach(thread);
  return HIFM_OK;
}

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "spawns",
            .summary = "leaves a thread running", .init = init, .ops = {.energy = &ops});
