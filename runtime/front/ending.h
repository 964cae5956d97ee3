/* The last lines of `hifm run`: what became of the runs, and why. */
#ifndef FRONT_ENDING_H
#define FRONT_ENDING_H

#include "front/session.h"

/* "n done, n diverged, n failed, n skipped" and the first reason of each kind, from runs.csv, which
 * must have been written. */
status_code ending_print(const session *s, FILE *out, failure *err);

/* For --strict: STATUS_SOME_FAILED where a run has diverged or has no NLL. */
status_code ending_strict(const session *s, failure *err);

#endif
