/* RUN on the command line: which run is meant? */
#ifndef FRONT_RUN_REFERENCE_H
#define FRONT_RUN_REFERENCE_H

#include "front/runs.h"

/* RUN in help texts. */
#define RUN_REFERENCE_HELP                                                                         \
  "RUN is a name, a part of it, an id or its first digits, cells such as\n"                        \
  "flow=OT,seed=0, or the path of a run's folder."

/* The folder of the one run in <out>/runs that `word` means: the path of a folder (with a slash),
 * cells (with =), a whole name, the first four or more digits of an id, or a part of the name.
 * STATUS_NO_INPUT where no run fits, with a hint; STATUS_USAGE where several do: the first ten are
 * listed on stderr with the settings in which they differ. */
status_code run_reference_find(arena *a, const char *out, const char *word, const char **folder,
                               failure *err);

/* The twelve digits of the id in the name of a run, which ends in a hyphen and these; "" where it
 * does not. */
const char *run_reference_id(const char *name);

#endif
