/* Jobs as a graph, run by worker processes under libuv.
 *
 * A job's folder holds job.json (what its worker was told) and log.txt (all the worker printed, of
 * every attempt). Measure jobs share the folder of their train job, so theirs are named
 * measure-<first 12 digits of the id>.job.json and .log.txt. */
#ifndef GRID_SCHEDULE_H
#define GRID_SCHEDULE_H

#include "base/failure.h"
#include "base/value.h"

typedef enum job_state {
  JOB_WAITING, /* after schedule_run: it was never started */
  JOB_RUNNING,
  JOB_DONE,    /* its result was there already or is there now */
  JOB_FAILED,  /* its worker said why, or crashed, was killed or ran out of time once too often */
  JOB_BLOCKED, /* a job it needs has failed */
  JOB_INTERRUPTED /* stopped by a signal, checkpoint written */
} job_state;

typedef struct schedule_job {
  const char *label;       /* for people: "formation ... seed 0" */
  const char *kind;        /* "data", "modes", "train", "measure", "sample" */
  const char *id, *folder; /* see job/job.h */
  const char *result_path; /* done iff this file carries `done_id` */
  const char *done_id;
  const value *file;           /* the job file */
  size_t needs[4], need_count; /* indices of jobs that must be done first; always smaller */
  /* set by schedule_run: */
  job_state state;
  unsigned attempts;
  bool unstarted;   /* its job file is written for an attempt that could not be started yet */
  char ending[200]; /* "crashed with SIGSEGV", "timeout after 60 s", "exit 78", ...; of a job that
                       was run and is done "" or "diverged" */
} schedule_job;

typedef struct schedule_options {
  const char *program; /* this executable: started as `program worker <job file>` */
  const char *image;   /* what is executed under that name; NULL: program */
  const char *plugins; /* the only folder where workers look for plugins; NULL: as usual */
  unsigned parallel;   /* -j */
  double timeout;      /* seconds; 0: none */
  unsigned retries;
  bool quiet;
} schedule_options;

typedef struct schedule_summary {
  size_t done;    /* by this call */
  size_t already; /* their results were there before */
  size_t failed, interrupted;
  bool disk;  /* a job failed as it could not read or write: STATUS_IO_FAILED */
  int signal; /* the signal that ended it, or 0 */
} schedule_summary;

/* Runs every job that is not done, at most `parallel` at a time, jobs in order. Returns STATUS_OK
 * also when jobs failed (see summary); STATUS_NO_RESOURCE, STATUS_CANNOT_CREATE... when it cannot
 * go on at all (running workers are then stopped as by a signal).
 *
 * SIGINT, SIGTERM and SIGHUP (unless it was ignored): no new jobs, the running ones are asked to
 * write a checkpoint and end (killed after 10 s); a second one kills them now. Crash, kill and
 * timeout are tried `retries` times more; a job that exits with an error is not. */
status_code schedule_run(schedule_job *jobs, size_t count, const schedule_options *options,
                         schedule_summary *summary, failure *err);

#endif
