/* A grid that was given to a cluster: the folder <results>/submissions/NAME, where NAME is that of
 * the folder of the grid's tables.
 *
 *   submission.json    { "script", "out", "view": folder of the tables,
 *                        "profiles", "sets", "only", "exclude", "strict", "strict_bits": as given,
 *                        "plugins": their copies, "name": of its Slurm jobs ("": without Slurm),
 *                        "site": options of sbatch, "time": limit or "", "tasks": slices,
 *                        "again": slices of the second round, "jobs": [numbers of Slurm jobs] }
 *   plan.json          plan/plan_file.h
 *   ids.txt            the ids of its jobs, a line each
 *   prepare.json, slice-K.json, again-K.json           the slices, with their task.json and log
 *   prepare.sh, slice.sh, again.sh, merge.sh           batch scripts
 *   hifm, .plugins/    copies
 *   cancelled          after hifm cancel
 *   ending.json        at its end: { "exit_code", "message", "lines": [what hifm merge says] } */
#ifndef GRID_SUBMISSION_H
#define GRID_SUBMISSION_H

#include "grid/slice_task.h"
#include "grid/slurm.h"

#define SUBMISSION_RECORD    "submission.json"
#define SUBMISSION_ENDING    "ending.json"
#define SUBMISSION_CANCELLED "cancelled"

typedef struct submission {
  const char *folder;
  const value *record;
} submission;

typedef struct submissions {
  submission *items;
  size_t count;
} submissions;

/* <out>/submissions/<last part of view> */
const char *submission_folder(arena *a, const char *out, const char *view);

/* *found: is there one in this folder? */
status_code submission_read(arena *a, const char *folder, submission *out, bool *found,
                            failure *err);
status_code submission_write_record(const submission *s, failure *err);

/* All of a results folder. */
status_code submissions_read(arena *a, const char *out, submissions *all, failure *err);

/* The path of a file in it. */
const char *submission_path(arena *a, const submission *s, const char *name);

/* The paths of its slices of trainings, of both rounds, [count] in order. */
const char **submission_slices(arena *a, const submission *s, size_t *count);

typedef struct submission_state {
  bool over;
  slurm_jobs queue;    /* its jobs in Slurm's queue */
  const char *problem; /* Slurm cannot be asked, why: it is not known if it is over; "" */
} submission_state;

submission_state submission_look(arena *a, const submission *s);

/* STATUS_BUSY where a submission that is not over has one of these jobs that are still to do (NULL:
 * where there is any). */
status_code submissions_refuse(arena *a, const char *out, const grid_job *jobs, size_t count,
                               failure *err);

#endif
