/* Slurm, by its own commands: nothing else in hifm knows their options or reads what they print.
 *
 * Every function runs one command (sbatch, squeue, scancel, scontrol). STATUS_NO_RESOURCE where it
 * is not installed, or Slurm's controller does not answer. */
#ifndef GRID_SLURM_H
#define GRID_SLURM_H

#include "base/failure.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>

/* A job in the queue: one task of an array is a job, too. */
typedef struct slurm_job {
  const char *id;    /* "12", or "12_3" of a task of an array */
  size_t task;       /* in its array; 0: it is not of one (arrays of hifm begin with 1) */
  bool running;      /* else it waits */
  const char *state; /* Slurm's word */
  const char *node;  /* "" where it waits */
} slurm_job;

typedef struct slurm_jobs {
  slurm_job *items;
  size_t count;
} slurm_jobs;

/* The largest task number that an array may have on this site. */
status_code slurm_largest_task(size_t *most, failure *err);

/* sbatch with these options, which end with the batch script and NULL. *id: the job's number.
 * STATUS_BAD_CONFIG where Slurm refuses it: its words are in err. */
status_code slurm_submit(arena *a, const char *const *options, const char **id, failure *err);

/* What is in the queue under this job name. */
status_code slurm_queue(arena *a, const char *name, slurm_jobs *out, failure *err);

/* Ends all jobs of this name; none is not an error. */
status_code slurm_cancel(const char *name, failure *err);

/* Seconds of a time as sbatch --time takes it ("90", "4:00:00", "1-12"); 0: it is not one. */
double slurm_seconds(const char *time);

/* ---- within a job ---------------------------------------------------------------------------- */

/* The node that this process runs on, as Slurm calls it; NULL: it is not in a Slurm job. */
const char *slurm_node(void);

/* The job of this process, as in slurm_job; NULL: none. */
const char *slurm_own_id(arena *a);

/* Puts the job of this process back into the queue: Slurm ends it and starts it again. */
status_code slurm_requeue_self(failure *err);

#endif
