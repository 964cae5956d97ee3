/* From a script to the list of runs it asks for; experiment.c has the steps in order.
 *
 * The script runs in a child process with hard limits (CPU seconds, memory), because a hook cannot
 * stop everything Lua can do; the child checks the whole grid and sends the plan back as JSON:
 *
 *   { "name": "lj13", "folder": folder of the script,
 *     "title": text, "question": text,                                    "": none
 *     "columns": ["seed", "flow", "flow.hyperbolize", ...],   one per varying path, in axis order
 *     "rows": [ { "cells": { column: text }, "config": {...},      in grid order
 *                 "number": its place in the whole grid,
 *                 "audits": { name: { "dataset": {...}, "measure": {...} } },
 *                 "fits": see outcome_choice.h } ... ],
 *     "unselected": [ { "config", "number" } ... ],   rows of the grid that are not asked for
 *     "schedule": { "timeout", "retries", "checkpoint", "threads" },
 *     "notes": [ what the user should know, a line each ],
 *     "tables": { name: {...} }, "figures": { name: {...} },         as declared, checked
 *     "audits": { name: { path: setting } } }                        as declared, checked
 *
 * A resolved run ("config") holds every setting, defaults filled in, grids gone:
 *
 *   { "dataset":   { "": "mcmc" | "file" | "images", "label": "lj13", ... },
 *     "network":   { "": "egnn", ... },      "optimizer": { "": "adamw", ... },
 *     "train":     { "batch", "epochs", "steps" },
 *     "measure":   { "every", "solver": { "": "rk45", ... }, "divergence", ... },
 *     "flow":      { "clock", "scheme", "stages": [ { "": "transport", ... } ... ] },
 *     "seed":      0 }
 *
 * A plugin value keeps its name under the key "" (PARAMS_NAME). In "tables" and "figures" a table
 * of only positional entries is a LIST, one with names a MAP with its positional entries as a LIST
 * under "". A row's audit has the sections that take the place of the row's own in that
 * measurement. Rows share their sections, here and on the way from the child (experiment.h). */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/failure.h"
#include "base/value.h"

#include <stdint.h>

typedef struct plan_request {
  const char *script;          /* path */
  const char *const *profiles; /* names, merged in this order */
  size_t profile_count;        /* 0: the full grid */
  const char *const *sets;     /* "key=value", see sets.h */
  size_t set_count;
  const char *const *only; /* "flow.hyperbolize=yes,seed=0", see conditions.h: rows that fit any */
  size_t only_count;       /* 0: all rows */
  const char *const *exclude; /* without the rows that fit any of these */
  size_t exclude_count;
  const char *recipes; /* folder of data set recipes (datasets/) */
  const char *results; /* its finished runs say what was in data files that are missing; or NULL */
} plan_request;

/* What a script may use. */
typedef struct plan_limits {
  uint64_t instructions; /* of Lua's virtual machine */
  size_t lua_bytes;      /* of Lua's own memory */
  size_t bytes;          /* of address space beyond what the process has already */
  unsigned cpu_seconds;
  size_t runs; /* of the whole grid */
} plan_limits;
extern const plan_limits PLAN_DEFAULT_LIMITS;

/* STATUS_NO_INPUT: no such script; STATUS_BAD_CONFIG: everything wrong in it, with file and line.
 */
status_code plan_load(arena *a, const plan_request *request, const value *catalogue,
                      const value **plan, failure *err);
status_code plan_load_within(arena *a, const plan_request *request, const value *catalogue,
                             const plan_limits *limits, const value **plan, failure *err);

/* A recipe of the folder by itself: *config is { "dataset": {...} } as in a run of a script that
 * names it, *check what its points should give (recipe.h; NULL where it does not say).
 * STATUS_BAD_CONFIG with "did you mean" where no such recipe exists. */
status_code plan_dataset(arena *a, const char *folder, const char *name, const value *catalogue,
                         const value **config, const value **check, failure *err);

#endif
