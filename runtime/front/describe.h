/* `hifm plugin list`, `hifm plugin describe KIND NAME`, `hifm describe WORD`: what there is to set
 * and to read, as the declarations say it. */
#ifndef FRONT_DESCRIBE_H
#define FRONT_DESCRIBE_H

#include "hifm/status.h"

/* Every plugin found, by kind, with its summary; at the end those that were refused, and why. */
hifm_status describe_list(FILE *out, hifm_error *err);

/* One plugin with its settings: name, values, preset, meaning. HIFM_USAGE for an unknown kind,
 * HIFM_BAD_CONFIG for an unknown or refused plugin. */
hifm_status describe_plugin(const char *kind, const char *name, FILE *out, hifm_error *err);

/* The settings of a section of a script (train, measure, ...) or of a kind of data set (mcmc, file,
 * images), or "columns": those of runs.csv and history.csv. HIFM_USAGE for another word, or NULL.
 */
hifm_status describe_word(const char *word, FILE *out, hifm_error *err);

#endif
