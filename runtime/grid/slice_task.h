/* What became of a slice: NAME.task.json beside the slice NAME.json, written by `hifm slice`.
 *
 *   { "state", "node", "slurm_job", "done", "failed", "skipped": jobs of this start, "message",
 *     "progress": see slice_task_progress } */
#ifndef GRID_SLICE_TASK_H
#define GRID_SLICE_TASK_H

#include "grid/slice_file.h"

/* The constant, and its word in the file. */
#define SLICE_STATE_LIST(X)                                                                        \
  X(SLICE_WAITING, "waiting")   /* no file: it has not been started */                             \
  X(SLICE_RUNNING, "running")   /* or it was killed, or its node is lost */                        \
  X(SLICE_REQUEUED, "requeued") /* before its time limit, with checkpoints */                      \
  X(SLICE_STOPPED, "stopped")   /* by a signal, with checkpoints */                                \
  X(SLICE_STUCK, "stuck")       /* it does not get on within its time limit */                     \
  X(SLICE_ENDED, "ended")       /* all jobs were tried */

#define SLICE_STATE_CONSTANT(constant, word) constant,
typedef enum slice_state { SLICE_STATE_LIST(SLICE_STATE_CONSTANT) SLICE_STATES } slice_state;
#undef SLICE_STATE_CONSTANT

typedef struct slice_task {
  slice_state state;
  const char *node, *slurm_job; /* "": none */
  const char *message;          /* why it is stuck; "" */
  double done, failed, skipped, progress;
} slice_task;

/* path: of the slice. A file that cannot be read is SLICE_WAITING. */
slice_task slice_task_read(arena *a, const char *path);
status_code slice_task_write(const char *path, const slice_task *task, failure *err);

/* A number that grows while a slice gets on: finished jobs, and steps of those that have a
 * checkpoint. */
double slice_task_progress(const slice *of);

#endif
