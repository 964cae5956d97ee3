/* What nothing refers to in a results folder: found and removed. */
#ifndef FRONT_GARBAGE_H
#define FRONT_GARBAGE_H

#include "front/references.h"

typedef enum garbage_kind {
  GARBAGE_RUN,
  GARBAGE_MEASUREMENT, /* made after the training; files in the folder of a run that is kept */
  GARBAGE_CACHE,
  GARBAGE_VIEW,
  GARBAGE_KINDS
} garbage_kind;

typedef struct garbage_item {
  garbage_kind kind;
  const char *path;   /* a folder; of a measurement <run>/measure-<12 digits> */
  const char *unsure; /* why it is kept in spite of that; NULL: it can go */
  double bytes;
} garbage_item;

typedef struct garbage {
  arena *a;
  garbage_item *items;
  size_t count, room;
} garbage;

/* Looks at runs, cache and views; no link is followed. Kept are folders that a process uses, and
 * folders with anything that hifm does not write there. A folder that cannot be read is an error:
 * it may hold anything. */
status_code garbage_find(arena *a, const char *out, const references *refs, const run_views *views,
                         garbage *all, failure *err);

/* Removes one item: first its result, without which it counts as missing, last the file by which
 * hifm knows the folder. So a kill in between leaves what the next call removes. The caller holds
 * the lock of the results folder. */
status_code garbage_remove(const garbage_item *item, failure *err);

#endif
