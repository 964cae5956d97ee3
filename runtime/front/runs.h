/* The folders of runs in a results folder, whatever script made them. */
#ifndef FRONT_RUNS_H
#define FRONT_RUNS_H

#include "base/failure.h"
#include "base/value.h"

typedef struct runs {
  const char *folder, **names; /* <results>/runs, and the folders in it, sorted */
  size_t count;
} runs;

/* A run, from the files in its folder. */
typedef struct run_info {
  const char *name, *folder, *state;
  const value *config, *history; /* NULL: not known; history: of the measurement made in training */
  const char *reason;            /* failed, diverged: why; else "" */
  double best;                   /* the smallest METRICS_BEST of history; NAN: not known */
} run_info;

/* The runs below `out`; none where the folder does not exist. */
status_code runs_list(arena *a, const char *out, runs *list, failure *err);

/* history goes to `brief`: it is long, and there may be thousands of runs. */
run_info runs_look(arena *a, arena *brief, const char *folder, const char *name);

/* *name: of the file with the best weights of the first measurement of a run, without its ending.
 * The file may be missing; NULL: nothing says which weights are the best. given: its job.json.
 * Fails where the result of the run or of this measurement is damaged. */
status_code runs_best_weights(arena *a, const char *folder, const value *given, const char **name,
                              failure *err);

/* Looks at all runs of the list, with a thread for each processor; all: one for each run, without
 * its history. */
void runs_look_all(arena *a, const runs *list, run_info *all);

/* The folder of the one run in <out>/runs that has `word` in its name; a word with a slash is the
 * path of a run's folder. STATUS_NO_INPUT where no run fits, STATUS_USAGE where several do. */
status_code runs_find(arena *a, const char *out, const char *word, const char **folder,
                      failure *err);

#endif
