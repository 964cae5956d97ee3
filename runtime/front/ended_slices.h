/* What became of the slices of a submission. */
#ifndef FRONT_ENDED_SLICES_H
#define FRONT_ENDED_SLICES_H

#include "grid/submission.h"

/* A slice, and how its last start ended. */
typedef struct ended_slice {
  const char *path;
  slice of;
  slice_task task;
} ended_slice;

typedef struct ended_slices {
  ended_slice *items;
  size_t count;
} ended_slices;

status_code ended_slices_read(arena *a, const submission *of, ended_slices *out, failure *err);

/* Results of slices that came to their end are there, or become visible soon. */
status_code ended_slices_wait(arena *a, const ended_slices *all, failure *err);

/* Nodes on which nothing succeeded, slices that were stopped or are stuck: a LIST of TEXTs. */
value *ended_slices_lines(arena *a, const ended_slices *all);

#endif
