/* Lists on the command line: "1e-3,1e-2" of --set, "flow=OT|data,seed=0" of --only. A word in
 * double quotes may have every character; two double quotes in it mean one. */
#ifndef PLAN_LISTED_H
#define PLAN_LISTED_H

#include "base/memory.h"

#include <stdbool.h>

typedef struct listed {
  const char *text; /* without quotes, and without spaces around it */
  bool quoted;
  char end; /* the separator behind it; '\0' at the end of the list */
} listed;

/* The next word, which ends before one of the separators that is not in quotes; `rest` moves behind
 * that. False: quotes that are not closed, or text beside them. */
bool listed_next(arena *a, const char **rest, const char *separators, listed *out);

#endif
