/* The runs of a results folder as a list for people: which of them, in which order, and in which
 * settings they differ. */
#ifndef FRONT_RUN_LIST_H
#define FRONT_RUN_LIST_H

#include "front/options.h"
#include "front/run_views.h"

typedef struct run_list {
  run_info *items;
  size_t count;
  const char *const *varying; /* paths of the settings in which they differ, NULL-ended */
  run_views views;
  const char *folder;  /* of the runs */
  const char *problem; /* why it is not known what Slurm's queue has; "" */
  size_t total;        /* before some of them were left out */
  int digits;          /* of an id, so that no two runs of the folder begin alike; at least 6 */
} run_list;

/* All runs of given->out that --only and --failed leave, in the order of --sort. STATUS_BAD_CONFIG
 * or STATUS_NO_INPUT where no run has the cells, STATUS_USAGE for an unknown order. */
status_code run_list_read(arena *a, const options *given, run_list *list, failure *err);
void run_list_close(run_list *list);

#endif
