/* Jobs as a graph, run by worker processes under libuv. */
#ifndef FRONT_SCHEDULE_H
#define FRONT_SCHEDULE_H

#include "base/value.h"
#include "hifm/status.h"

typedef enum job_state {
  JOB_WAITING,
  JOB_RUNNING,
  JOB_DONE,    /* its result was there already or is there now */
  JOB_FAILED,  /* its worker said why, or crashed, was killed or ran out of time once too often */
  JOB_BLOCKED, /* a job it needs has failed */
  JOB_INTERRUPTED /* stopped by a signal, checkpoint written */
} job_state;

typedef struct schedule_job {
  const char *label;       /* for people: "formation ... seed 0" */
  const char *kind;        /* "data", "modes", "train", "measure" */
  const char *id, *folder; /* see job/job.h */
  const char *result_path; /* done iff this file carries `done_id` */
  const char *done_id;
  const value *file;           /* the job file, to be written into folder as job.json */
  size_t needs[4], need_count; /* indices of jobs that must be done first; always smaller */
  /* set by schedule_run: */
  job_state state;
  unsigned attempts;
  char ending[200]; /* failed: "crashed with SIGSEGV", "timeout after 60 s", "exit 78", ... */
} schedule_job;

typedef struct schedule_options {
  const char *program; /* this executable, for workers */
  unsigned parallel;   /* -j */
  double timeout;      /* seconds; 0: none */
  unsigned retries;
  bool quiet;
} schedule_options;

typedef struct schedule_summary {
  size_t done, already, failed, interrupted;
  int signal; /* the signal that ended it, or 0 */
} schedule_summary;

/* Runs every job that is not done, at most `parallel` at a time, jobs in order. Returns HIFM_OK
 * also when jobs failed (see summary); HIFM_NO_RESOURCE, HIFM_CANNOT_CREATE... when it cannot go on
 * at all. */
hifm_status schedule_run(schedule_job *jobs, size_t count, const schedule_options *options,
                         schedule_summary *summary, hifm_error *err);

#endif
