/* The policy of running jobs: which one starts next, which one is tried again, when a job is asked
 * to end, what its end means. It knows nothing about processes: see grid/executor.h. */
#ifndef GRID_SCHEDULE_H
#define GRID_SCHEDULE_H

#include "grid/executor.h"

#include <stdio.h>

typedef struct schedule_options {
  double timeout;      /* seconds per attempt; 0: none */
  unsigned retries;    /* after a crash, a kill, a timeout or a loss */
  bool fail_fast;      /* no job starts after the first one that failed; running ones go on */
  const char *plugins; /* the hash of all plugins, for failed.json; NULL: not known */
  FILE *screen;        /* where a person sees progress and messages; NULL: nowhere */
} schedule_options;

typedef struct schedule_summary {
  size_t done;    /* by this call */
  size_t already; /* their results existed before */
  size_t failed, interrupted;
  size_t skipped; /* not tried: they would fail again */
  bool disk;      /* a job failed because it could not read or write: STATUS_IO_FAILED */
  bool resource;  /* ... or had no memory, process or thread: STATUS_NO_RESOURCE */
  int signal;     /* the signal that ended the run, or 0 */
} schedule_summary;

/* Runs every job that is not done, in order, in the executor's slots. Returns STATUS_OK also when
 * jobs failed (see summary); another status when it cannot go on at all (the running jobs are then
 * stopped as by a signal).
 *
 * At the first EVENT_SIGNAL no new jobs start and the running ones are asked to write a checkpoint
 * and end (killed after 10 s); a second SIGINT or SIGTERM kills them at once. Crash, kill, timeout
 * and loss are tried `retries` times more; a job that exits with an error is not. */
status_code schedule_run(const executor *where, grid_job *jobs, size_t count,
                         const schedule_options *options, schedule_summary *summary, failure *err);

#endif
