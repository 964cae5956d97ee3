/* What scripts and their tables refer to in a results folder. */
#ifndef FRONT_REFERENCES_H
#define FRONT_REFERENCES_H

#include "front/options.h"
#include "front/run_views.h"

typedef struct references {
  arena *a;
  key_map scripts;      /* absolute paths */
  key_map runs;         /* 12 digits of train ids */
  key_map whole;        /* the same, of runs whose measurements are all kept */
  key_map measurements; /* 12 digits of measure ids */
  key_map cache;        /* names of folders in the cache */
} references;

/* Plans the full grid of each script given->words: its runs, measurements, audits and cache folders
 * are referred to. So are those that the other views of these scripts (of profiles, --set and
 * --only) list in their runs.csv; and those of views that do not say which script made them. */
status_code references_find(arena *a, const options *given, const run_views *views, references *out,
                            failure *err);

bool references_has(const key_map *map, const char *key);

/* Is it a view that the scripts need: their own, or one of an unknown script? */
bool references_keep_view(const references *refs, const run_view *view);

#endif
