/* `hifm plugin list`, `hifm plugin describe KIND NAME`, `hifm describe WORD`: settings and columns,
 * from their declarations. */
#ifndef FRONT_DESCRIBE_H
#define FRONT_DESCRIBE_H

#include "base/failure.h"

/* Every plugin found, by kind, with its summary; at the end the refused ones, and why. */
status_code describe_list(FILE *out, failure *err);

/* One plugin with its settings: name, values, default, meaning. STATUS_USAGE for an unknown kind,
 * STATUS_BAD_CONFIG for an unknown or refused plugin. */
status_code describe_plugin(const char *kind, const char *name, FILE *out, failure *err);

/* The settings of a section of a script (train, measure, ...) or of a kind of data set (mcmc, file,
 * images), "columns": those of runs.csv and history.csv, or a topic of describe_script.h.
 * STATUS_USAGE for another word, or NULL. */
status_code describe_word(const char *word, FILE *out, failure *err);

#endif
