/* What can be found without training, before the first job starts: do all plugins accept their
 * settings and the data, and does the data have enough points? */
#ifndef GRID_TRIAL_H
#define GRID_TRIAL_H

#include "grid/graph.h"

/* Looks at the jobs that are to be done. Each plugin is bound once for each of its settings and
 * domains, all of them in one child process: a plugin that crashes is a failure with its name. A
 * solver also solves a problem with almost no slope, with the attempts that its measurement allows.
 * notes: gets what is not wrong, but should be known (grid/same_paths.h), in g->a.
 * STATUS_BAD_CONFIG or STATUS_BAD_INPUT; messages mostly begin with a setting's path. */
status_code trial_run(const graph *g, value *notes, failure *err);

#endif
