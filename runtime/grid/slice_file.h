/* A slice as a file: all that `hifm slice` needs on any machine that has the results folder. It is
 * sealed (base/json.h).
 *
 *   { "plugins": folder of their copies, "plugins_hash", "timeout", "retries", "threads",
 *     "jobs": [ { "kind", "label", "id", "folder", "result", "audit",
 *                 "needs": [places in this list],
 *                 "file": the job file; left out: another slice makes it } ... ] } */
#ifndef GRID_SLICE_FILE_H
#define GRID_SLICE_FILE_H

#include "grid/slices.h"

/* How the jobs of all slices run. */
typedef struct slice_options {
  const char *plugins, *plugins_hash;
  double timeout;
  unsigned retries;
  size_t threads; /* of each job */
} slice_options;

typedef struct slice {
  slice_options how;
  grid_job *jobs;
  bool *elsewhere; /* [count] another slice makes it */
  size_t count;
} slice;

/* The jobs of slice `number` of the cut, and those that they need. */
status_code slice_file_write(const char *path, const slice_options *how, const grid_job *jobs,
                             size_t count, const slices *cut, size_t number, failure *err);

/* STATUS_BAD_INPUT: it is damaged, or not a slice. */
status_code slice_file_read(arena *a, const char *path, slice *out, failure *err);

#endif
