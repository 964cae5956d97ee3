/* Sets flush-to-zero as it is loaded, as a library linked with -ffast-math does. */
#include "harmonic.h"

#if defined __x86_64__
#include <xmmintrin.h>
__attribute__((constructor)) static void flush(void) {
  _mm_setcsr(_mm_getcsr() | 0x8000u);
}
#else
#include <fenv.h>
__attribute__((constructor)) static void flush(void) {
  fesetround(FE_UPWARD);
}
#endif

static const hifm_energy_ops ops = HARMONIC_OPS;

HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "flushes",
            .summary = "changes floating-point arithmetic", .ops = {.energy = &ops});
