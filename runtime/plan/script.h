/* Lua scripts as declarations: the one module that knows Lua.
 *
 * A script sees string, table, math, utf8, coroutine and the basic functions, but no os, io, debug,
 * load, no file but .lua below its own folder, nothing random and no order that depends on Lua's
 * hash seed. A global that is not defined is an error, not nil. Instructions are counted and memory
 * is capped; what neither can stop (one call of a pattern match) is stopped by the process limits
 * of plan.c. */
#ifndef PLAN_SCRIPT_H
#define PLAN_SCRIPT_H

#include "base/failure.h"
#include "base/value.h"
#include "plan/source_lines.h"

#include <stdint.h>

typedef struct script script;

typedef struct script_limits {
  uint64_t instructions; /* of the virtual machine, everything together */
  size_t bytes;          /* of Lua's memory */
} script_limits;

/* Values are made in the arena. A script ends with its process: there is no close. `folder` holds
 * what `require` finds; `stages` (NULL-ended) are the names that a `where` function may ask
 * run.flow for. */
status_code script_open(script **out, arena *a, const char *folder, const char *const *stages,
                        script_limits limits, failure *err);

/* Runs a script's text. *sections is a MAP of its named keys, *rules a LIST of its positional
 * entries: { "rule": "zip" | "also", "with": table } or { "rule": "where", "function": number }.
 *
 * A table of only positional entries becomes a LIST, one with names a MAP with its positional
 * entries, where there are any, as a LIST under "". Which of them are plugins is for the schema.
 *
 * STATUS_BAD_CONFIG; messages of all functions below begin with file:line. */
status_code script_experiment(script *s, const char *path, const char *text, const value **sections,
                              const value **rules, failure *err);

/* Runs a data set recipe's text, which returns one plain table. */
status_code script_recipe(script *s, const char *path, const char *text, const value **out,
                          failure *err);

/* Calls a `where` function with a resolved run, which it sees as a read-only table. */
status_code script_keeps(script *s, int function, const value *run, bool *keeps, failure *err);

/* Every text that was run, the script first. */
const source_text *script_sources(const script *s, size_t *count);

#endif
