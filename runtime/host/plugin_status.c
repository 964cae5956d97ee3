#include "host/plugin_status.h"

#include <stddef.h>

static const struct {
  hifm_status plugin;
  status_code runtime;
} PAIRS[] = {
    {HIFM_OK, STATUS_OK},
    {HIFM_BAD_SETTINGS, STATUS_BAD_CONFIG},
    {HIFM_BAD_INPUT, STATUS_BAD_INPUT},
    {HIFM_DIVERGED, STATUS_DIVERGED},
    {HIFM_NO_MEMORY, STATUS_NO_RESOURCE},
    {HIFM_IO_FAILED, STATUS_IO_FAILED},
    {HIFM_INTERRUPTED, STATUS_INTERRUPTED},
};
enum { PAIR_COUNT = sizeof PAIRS / sizeof *PAIRS };

status_code plugin_status_in(hifm_status status, const hifm_error *from, failure *err) {
  for (size_t i = 0; i < PAIR_COUNT; i++)
    if (PAIRS[i].plugin == status)
      return status == HIFM_OK ? STATUS_OK
                               : failure_set(err, PAIRS[i].runtime, "%s", from->message);
  return failure_set(err, STATUS_BAD_CONFIG,
                     "returned the status %d, which is not one of hifm/status.h: %s", (int)status,
                     from->message);
}

hifm_status plugin_status_out(status_code status, const failure *from, hifm_error *err) {
  for (size_t i = 0; i < PAIR_COUNT; i++)
    if (PAIRS[i].runtime == status)
      return status == STATUS_OK ? HIFM_OK : hifm_fail(err, PAIRS[i].plugin, "%s", from->message);
  return hifm_fail(err, HIFM_BAD_INPUT, "%s", from->message);
}
