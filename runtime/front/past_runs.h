/* The finished runs of a results folder beside the trainings that a grid is still to do. */
#ifndef FRONT_PAST_RUNS_H
#define FRONT_PAST_RUNS_H

#include "front/nearest.h"
#include "front/runs.h"
#include "grid/graph.h"

typedef struct past_runs {
  finished_runs finished;
  run_settings *asked; /* [jobs] of trainings, else empty; NULL where nothing is finished */
  size_t *nearest;     /* [jobs] place in `finished`, or NEAREST_NONE; NULL as above */
} past_runs;

/* out: the results folder. Where nothing is finished the jobs are not looked at. */
status_code past_runs_read(arena *a, const char *out, const graph *g, past_runs *past,
                           failure *err);

/* The finished run that is most like this training; NULL: nothing is finished. */
const run_info *past_runs_nearest(const past_runs *past, size_t at);

#endif
