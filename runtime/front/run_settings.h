/* The settings of a run as a flat list: paths as in scripts, with texts for people. */
#ifndef FRONT_RUN_SETTINGS_H
#define FRONT_RUN_SETTINGS_H

#include "base/key_map.h"
#include "base/value.h"

typedef struct run_setting {
  const char *path, *text; /* "optimizer.lr", "0.001" */
} run_setting;

/* Sorted by path. A plugin is its name; a flow the names of its stages, "hessian+condition"; each
 * stage also has a path, "flow.condition", with the text "yes". */
typedef struct run_settings {
  run_setting *items;
  size_t count;
} run_settings;

/* Texts that many runs share, each once. It may be used by one thread at a time. */
typedef struct run_words {
  arena *memory;
  key_map texts, numbers; /* -> place in items */
  const char **items;
  size_t count, room;
} run_words;

run_words run_words_new(arena *a);

/* All settings of a resolved configuration (plan/plan.h); none for NULL. */
run_settings run_settings_of(run_words *words, const value *config);

/* To compare runs: settings of the runtime that an earlier version did not have are there, too,
 * with their defaults. */
run_settings run_settings_filled(run_words *words, const value *config);

/* NULL where the run has no such setting. */
const char *run_settings_get(const run_settings *of, const char *path);

/* The settings in which two runs are not alike, in the order of paths. */
typedef struct run_change {
  const char *path, *x, *y; /* x, y: the texts; NULL: this run does not have it */
} run_change;

typedef struct run_changes {
  run_change *items;
  size_t count;
} run_changes;

run_changes run_settings_changes(arena *a, const run_settings *x, const run_settings *y);

/* Does a setting decide only how a run is measured, or what it is called? */
bool run_settings_is_aside(const char *path);

/* The paths of settings that two of the runs have with different texts, NULL-ended; those that are
 * aside are left out. The flow comes first, then optimizer, seed, train, network, ... */
const char *const *run_settings_varying(arena *a, const run_settings *const *runs, size_t count);

/* The path, or its last part where no other one of the paths has the same. */
const char *run_settings_short(const char *path, const char *const *paths);

/* "lr=0.001 seed=1": the settings of a run at these paths, which are short where they can be. */
const char *run_settings_words(arena *a, const run_settings *of, const char *const *paths);

#endif
