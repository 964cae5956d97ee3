/* `hifm plugin list` and `hifm plugin describe KIND NAME`: what plugins say of themselves. */
#ifndef FRONT_DESCRIBE_H
#define FRONT_DESCRIBE_H

#include "hifm/status.h"

/* Every plugin found, by kind, with its summary; at the end those that were refused, and why. */
hifm_status describe_list(FILE *out, hifm_error *err);

/* One plugin with its settings: name, values, preset, meaning. HIFM_USAGE for an unknown kind,
 * HIFM_BAD_CONFIG for an unknown or refused plugin. */
hifm_status describe_plugin(const char *kind, const char *name, FILE *out, hifm_error *err);

#endif
