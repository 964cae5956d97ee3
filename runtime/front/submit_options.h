/* The options of hifm run about where a grid runs. */
#ifndef FRONT_SUBMIT_OPTIONS_H
#define FRONT_SUBMIT_OPTIONS_H

#include "front/options.h"

/* Do they fit together? STATUS_USAGE. */
status_code submit_options_check(const options *given, failure *err);

/* Is the grid to run on Slurm? Is it to run elsewhere at all, also by --print-commands? */
bool submit_options_slurm(const options *given);
bool submit_options_elsewhere(const options *given);

#endif
