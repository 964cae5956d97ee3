/* The jobs of a grid: what each one makes, which come first, their files.
 *
 * A job's folder holds job.json (the job file that its worker reads) and log.txt (all that its
 * workers printed, of every attempt). A measure job shares the folder of its train job; its files
 * are measure-<first 12 digits of the id>.job.json and .log.txt. A job that failed also leaves
 * failed.json (grid/failed.h). */
#ifndef GRID_JOBS_H
#define GRID_JOBS_H

#include "base/failure.h"
#include "base/value.h"
#include "grid/exit_verdict.h"
#include "job/job.h"

typedef enum job_state {
  JOB_WAITING, /* after schedule_run: it was never started */
  JOB_RUNNING,
  JOB_DONE,       /* its result exists */
  JOB_FAILED,     /* it exited with an error, or crashed, was killed or timed out once too often;
                     or it is not tried again (skip) */
  JOB_BLOCKED,    /* a job that it needs has failed */
  JOB_INTERRUPTED /* stopped by a signal, checkpoint written */
} job_state;

typedef struct grid_job {
  const char *label; /* for people: "formation ... seed 0" */
  job_kind kind;
  const char *id, *folder;     /* see job/job.h */
  const char *result_path;     /* done iff this file carries the id */
  const value *file;           /* the job file */
  const char *audit;           /* the name of the audit that a measure job is for; NULL: none */
  size_t needs[4], need_count; /* indices of jobs that must be done first; always smaller */
  bool again; /* by the caller: its result is to be removed before it starts (jobs_begin_again) */
  bool skip;  /* by the caller: it would fail again, so it counts as failed and is not started */
  /* set by jobs_reset, jobs_prepare and schedule_run: */
  job_state state;
  unsigned attempts;
  bool attempt_reserved; /* the job file counts an attempt that has not started yet */
  long log_start;        /* where the log of this attempt begins, in bytes */
  exit_facts facts;      /* of its last ending */
  char ending[200];      /* the same in words: "crashed with SIGSEGV", "exit 78", ...; "" or
                            "diverged" where it is done */
} grid_job;

/* The first waiting job at or after *first whose needs are done, or NULL. On the way *first moves
 * past jobs that do not wait, and jobs that can never run become JOB_BLOCKED. */
grid_job *jobs_next(grid_job *jobs, size_t count, size_t *first);

/* Sets every job to JOB_DONE, JOB_FAILED (skip) or JOB_WAITING by its result; `done`: how many are
 * done. Fails as job_look does: a result that cannot be read may be a finished one. */
status_code jobs_reset(grid_job *jobs, size_t count, size_t *done, failure *err);

/* Removes the results of jobs that are to run again. */
status_code jobs_begin_again(const grid_job *jobs, size_t count, failure *err);

/* Before the first start: STATUS_NO_INPUT where a data job that is not done lacks the user's
 * files. */
status_code jobs_check_inputs(const grid_job *jobs, size_t count, failure *err);

/* The workers of trainings and measurements refuse to run on another kind of machine than the one
 * that made their data ("strict_bits" in job/job.h). */
void jobs_ask_for_same_machine(arena *a, grid_job *jobs, size_t count);

/* Makes the job's folder, writes its job file with the number of this attempt and removes the
 * reason of an earlier failure, unless that is done already (attempt_reserved). */
status_code jobs_prepare(grid_job *it, failure *err);

enum { JOBS_PATH = 4096 };
/* The job's file "job.json", "log.txt" or "failed.json". STATUS_CANNOT_CREATE where the path is too
 * long. */
status_code jobs_path(const grid_job *it, const char *name, char out[JOBS_PATH], failure *err);

#endif
