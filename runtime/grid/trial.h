/* What can be found without training, before the first job starts: do all plugins accept their
 * settings and the data, and does the data have enough points? */
#ifndef GRID_TRIAL_H
#define GRID_TRIAL_H

#include "grid/graph.h"
#include "job/dataset_preview.h"

/* What is learned on the way, for each job. */
typedef struct trial_facts {
  dataset_preview *data; /* [jobs] of data jobs; d is 0 where it is not known */
  size_t *weights;       /* [jobs] of the networks of train jobs; 0: not known */
  value *notes;          /* LIST of TEXT: not wrong, but should be known (grid/same_paths.h) */
} trial_facts;

/* Looks at the jobs that are to be done. Each plugin is bound once for each of its settings and
 * domains, all of them in one child process: a plugin that crashes is a failure with its name. A
 * solver also solves a problem with almost no slope, with the attempts that its measurement allows.
 * STATUS_BAD_CONFIG or STATUS_BAD_INPUT; messages mostly begin with a setting's path. facts: in the
 * arena. */
status_code trial_run(arena *a, const graph *g, trial_facts *facts, failure *err);

#endif
