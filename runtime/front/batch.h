/* The batch jobs of a submission (grid/submission.h) for Slurm: scripts and calls of sbatch. */
#ifndef FRONT_BATCH_H
#define FRONT_BATCH_H

#include "grid/submission.h"

typedef enum batch_kind {
  BATCH_PREPARE, /* data sets, eigendecompositions */
  BATCH_SLICE,   /* an array: a task for each slice */
  BATCH_AGAIN,   /* an array: the second round */
  BATCH_MERGE    /* tables and figures */
} batch_kind;

/* The name of its script, and of its slices before "-K.json". */
const char *batch_name(batch_kind kind);
const char *batch_path(arena *a, const submission *s, batch_kind kind);

/* The text of the script. */
const char *batch_script(arena *a, const submission *s, batch_kind kind);

typedef struct batch_order {
  batch_kind kind;
  const char *after;   /* number of the job that must end first; NULL: none */
  const char *exclude; /* nodes, separated by commas; NULL: none */
} batch_order;

/* The options of sbatch, for slurm_submit. */
const char *const *batch_options(arena *a, const submission *s, const batch_order *order);

/* Words as a line for a shell. */
const char *batch_line(arena *a, const char *const *words);

/* The command that runs the slice of this path anywhere, in the folder that --out is relative to.
 */
const char *batch_command(arena *a, const submission *s, const char *path, size_t workers);

/* What is wrong with options after --, where hifm sets them itself. */
status_code batch_check_site(const char *const *options, size_t count, failure *err);

#endif
