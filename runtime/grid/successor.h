/* Training a run again without losing it: the successor is trained in a folder beside, NAME.new,
 * which then takes the place of NAME at once. Killed at any moment, one of the two is complete
 * under its name.
 *
 * A file retrain.txt in NAME.new marks it as a successor. After the exchange the mark is in NAME:
 * so a successor and what was replaced differ. On file systems that cannot exchange folders NAME is
 * NAME.old for a moment. */
#ifndef GRID_SUCCESSOR_H
#define GRID_SUCCESSOR_H

#include "base/failure.h"
#include "base/memory.h"

#include <stdbool.h>

/* NAME.new */
const char *successor_folder(arena *a, const char *folder);

/* Is it the folder of a successor? */
bool successor_is(const char *folder);

/* Does a run have a successor that is not complete or has not taken its place? */
bool successor_exists(const char *folder);
/* The same, and all successors of its call were begun. */
bool successor_is_marked(const char *folder);

/* Makes the folder. When all of a call are made, they are marked: only then an interrupted call is
 * known to be complete in what it wants. */
status_code successor_begin(const char *folder, failure *err);
status_code successor_mark(const char *folder, failure *err);

/* Puts NAME.new in the place of NAME, which is removed. */
status_code successor_replace(const char *folder, failure *err);

/* Ends what a killed successor_replace has begun; nothing to do is not an error. Under the lock of
 * the results folder. */
status_code successor_recover(const char *folder, failure *err);

/* In a folder of runs: each NAME.old without NAME becomes NAME. *found: how many NAME.new and
 * NAME.old there are. */
status_code successor_bring_back(const char *runs, size_t *found, failure *err);

#endif
