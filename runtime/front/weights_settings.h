/* --set of hifm sample and hifm evaluate: how saved weights are measured or sampled. */
#ifndef FRONT_WEIGHTS_SETTINGS_H
#define FRONT_WEIGHTS_SETTINGS_H

#include "front/weights_job.h"

/* Puts the settings into the recorded config of a run. it->allowed: NULL-ended paths, such as
 * "measure.solver", which means its settings, too. STATUS_BAD_CONFIG where a setting does not
 * exist, has another value than it may have, or is not allowed here. */
status_code weights_settings_apply(arena *a, const weights_job *it, const option_list *sets,
                                   const value **config, failure *err);

#endif
