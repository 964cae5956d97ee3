/* Runs that were given to a cluster and have no result yet: which of them wait, and which run. */
#ifndef FRONT_QUEUED_RUNS_H
#define FRONT_QUEUED_RUNS_H

#include "base/key_map.h"
#include "front/runs.h"

typedef struct queued_run {
  const char *folder, *id, *state; /* state: "queued" or "running" */
  const char *place;               /* running: "on node7 as Slurm job 12_3"; else "" */
  const value *config;
} queued_run;

typedef struct queued_runs {
  queued_run *items;
  size_t count, room;
  key_map known;       /* name of the folder -> place in items */
  const char *problem; /* Slurm cannot be asked: what the files say may be old; "" */
} queued_runs;

/* Of all submissions (grid/submission.h) of a results folder that are not over. */
status_code queued_runs_read(arena *a, const char *out, queued_runs *all, failure *err);

/* Sets state and place of a run that is among them. */
void queued_runs_mark(const queued_runs *all, run_info *run);

/* A run whose folder is not there yet. */
run_info queued_runs_info(run_words *words, const queued_run *it);

#endif
