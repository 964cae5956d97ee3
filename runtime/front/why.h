/* Why jobs run: sentences for people. */
#ifndef FRONT_WHY_H
#define FRONT_WHY_H

#include "front/options.h"
#include "front/runs.h"

/* "optimizer.lr 0.001 -> 0.002, seed 0 -> 1": settings of a finished run, and those of the one that
 * is asked about; without texts "optimizer.lr, seed". The first six; what is aside (run_settings.h)
 * and what only one of two plugins has is left out. "" where nothing differs. */
const char *why_changes(arena *a, const run_settings *finished, const run_settings *asked,
                        bool texts);

/* The command `hifm why SCRIPT`: a line for each kind of job that is still to do. */
status_code why_script(arena *a, const options *given, failure *err);

/* The command `hifm why RUN`. */
status_code why_run(arena *a, const options *given, failure *err);

#endif
