/* The folder of a grid's tables and figures (its view), and what made it: script.json has the path
 * of the script and the names of its tables and figures, options.txt the --set, --only and
 * --exclude. */
#ifndef FRONT_VIEW_H
#define FRONT_VIEW_H

#include "base/value.h"
#include "front/options.h"

/* Do --set, --only or --exclude make it another grid than the script's? */
bool view_is_partial(const options *given);

/* <out>/<script>[-<profile>[+<profile>...]][-partial-<6 digits of a hash of the options>].
 * STATUS_BAD_CONFIG for a name that hifm uses itself, and where another script that still exists
 * made the folder. */
status_code view_choose(arena *a, const options *given, const value *plan, const char **folder,
                        failure *err);

/* Makes the folder, removes tables and figures that the script declared before and does not declare
 * now, and writes script.json and options.txt. */
status_code view_begin(const options *given, const value *plan, const char *folder, failure *err);

#endif
