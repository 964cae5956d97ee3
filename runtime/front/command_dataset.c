#include "front/command.h"
int command_dataset(arena *a, const options *given, hifm_error *err) {
  (void)a, (void)given;
  return hifm_fail(err, HIFM_USAGE, "x");
}
