/* The folders of runs in a results folder, whatever script made them. */
#ifndef FRONT_RUNS_H
#define FRONT_RUNS_H

#include "base/failure.h"
#include "front/run_settings.h"

typedef struct runs {
  const char *folder, **names; /* <results>/runs, and the folders in it, sorted */
  size_t count;
} runs;

/* What the files in a run's folder say; NULL: there is none that can be read. */
typedef struct run_files {
  const value *job;      /* job.json */
  const value *trained;  /* result.json */
  const value *measured; /* the result of the measurement that the run was first asked for */
  const value *failed;   /* failed.json, where there is no result */
  const value *history;  /* of that measurement: complete, or as far as the training is */
} run_files;

typedef struct run_info {
  const char *name, *folder, *state;
  const char *id, *reason; /* train id, "": not known; failed, diverged: why, else "" */
  const char *place;       /* running on a cluster: where (front/queued_runs.h); "" */
  run_settings settings;
  double best, last;      /* METRICS_BEST: the smallest of the history, of the last weights */
  double epochs, seconds; /* trained; the numbers are NAN where they are not known */
  double steps;           /* of a finished training, as epochs are */
  double rows, asked;     /* measured on its way, of so many measurements */
  double dimensions;      /* of its points, as its result says */
  double when;            /* when the state was reached, seconds since 1970; 0: not known */
} run_info;

/* The runs below `out`; none where the folder does not exist. */
status_code runs_list(arena *a, const char *out, runs *list, failure *err);

/* Reads the files of a run into the arena `brief`: they are long, and there may be thousands of
 * runs. The information itself lives as long as words->memory. files: NULL, or what was read. */
run_info runs_look(run_words *words, arena *brief, const char *folder, run_files *files);

/* *name: of the file with the best weights of the first measurement of a run, without its ending.
 * The file may be missing; NULL: nothing says which weights are the best. given: its job.json.
 * Fails where the result of the run or of this measurement is damaged. */
status_code runs_best_weights(arena *a, const char *folder, const value *given, const char **name,
                              failure *err);

/* Looks at all runs of the list, with a thread for each processor; all: one for each run. */
void runs_look_all(arena *a, const runs *list, run_info *all);

/* Is it a result that hifm can use: done or diverged? */
bool runs_is_finished(const run_info *run);

/* The finished runs of a results folder, in the order of their names, and their settings. */
typedef struct finished_runs {
  run_info *runs;
  const run_settings **settings; /* [count] of these runs */
  size_t count;
} finished_runs;

/* besides: the name of a run that is left out, or NULL. */
status_code runs_read_finished(arena *a, const char *out, const char *besides, finished_runs *found,
                               failure *err);

#endif
