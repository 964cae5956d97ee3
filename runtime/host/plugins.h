/* Finding, opening and binding plugins. Only workers and checker children open any: a truncated
 * shared object kills the process inside dlopen. Not for several threads at once. */
#ifndef HOST_PLUGINS_H
#define HOST_PLUGINS_H

#include "base/failure.h"
#include "base/value.h"
#include "hifm/plugin.h"
#include "host/params.h"

/* The folders searched, in order: each part of HIFM_PLUGIN_PATH (colon-separated), then plugins/
 * beside the program. In each, <kind folder>/<name>.so with the kind folders energies, flows,
 * networks, solvers. Plugins may also lie directly in a part of HIFM_PLUGIN_PATH: their kind is
 * then only known once they are open. Where HIFM_PLUGIN_COPIES is set, as for the workers of a grid
 * (grid/plugin_snapshot.h), its folder takes the place of them all. */
#define PLUGINS_COPIES "HIFM_PLUGIN_COPIES"

/* Opens one file and checks its record: entry symbol, ABI, kind, sizes, name, settings table,
 * required operations, that loading changed neither the floating-point mode nor the locale.
 * STATUS_BAD_CONFIG names the file and both sides of a mismatch. *out is a copy, in which
 * operations that the plugin's table is too short for are NULL. The library stays open until the
 * process ends; a second call for the same file returns the same copy. */
status_code plugins_open(const char *path, const hifm_plugin **out, failure *err);

/* The libraries that this process has loaded from the folder of a plugin, as for a plugin that is
 * linked with -Wl,-rpath,'$ORIGIN': a LIST of paths that begin there. */
const value *plugins_libraries(arena *a, const char *path);

/* Calls `each` for every plugin that this process has opened, with the BLAKE2b-128 of its file, as
 * it was at the first of these calls; "" where it cannot be read. */
void plugins_each_opened(void (*each)(void *context, const hifm_plugin *plugin, const char *code),
                         void *context);

/* What follows `unknown solver "x"`: the name that may be meant, or those that are available and
 * where they are searched. */
const char *plugins_hint(arena *a, const char *name, const char *const *names, size_t count);

/* The path of a plugin's file, in the arena. STATUS_BAD_CONFIG with such a hint when no folder has
 * it, and with both paths when two have it. */
status_code plugins_find(arena *a, hifm_kind kind, const char *name, const char **path,
                         failure *err);

/* All plugin files, as a LIST of MAPs {kind, name, path}, sorted by kind, name and path; kind is ""
 * where the folder does not say it. A folder that cannot be read is an entry with the name "". */
const value *plugins_files(arena *a);

/* Puts into an entry why it cannot be used: "error", and "status", which is the status of those who
 * ask for it. */
void plugins_refuse(arena *a, value *entry, const failure *why);

/* The kind whose folder (energies, flows, ...) this file lies in, or 0. */
hifm_kind plugins_folder_kind(const char *path);

/* The folder of plugins of a kind: "energies", ... */
const char *plugins_kind_folder(hifm_kind kind);

/* A LIST of TEXT: for each part of HIFM_PLUGIN_PATH that is missing, cannot be read, has a folder
 * with a wrong name or no plugin at all, what is wrong. */
const value *plugins_path_notes(arena *a);

/* Opens, checks settings, allocates the instance in the arena, stores settings, reads HIFM_FILE
 * settings, binds HIFM_REF settings, calls init. `config` is a plugin value (params.h). */
status_code plugins_bind(arena *a, hifm_kind kind, const value *config, const char *where,
                         const hifm_domain *domain, hifm_bound *out, failure *err);
/* The same for a plugin that is open, with a MAP of settings (or NULL) in place of a plugin value.
 */
status_code plugins_bind_opened(arena *a, const hifm_plugin *plugin, const value *settings,
                                const char *where, const hifm_domain *domain, hifm_bound *out,
                                failure *err);
/* Puts back what callbacks have changed for the whole process and names the plugins on stderr
 * (surroundings_keep). After init and drop, and for the floating-point environment after each call,
 * the host does that itself. */
void plugins_keep_surroundings(const char *where);
/* The same in the middle of a job, which may have files open (surroundings_keep_settings). */
void plugins_keep_settings(const char *where);

/* Drops the plugin and those bound in its settings; a zeroed bound is left alone. */
void plugins_drop(hifm_bound *bound);

/* A lookup over opened plugins, for params_check in a worker. */
extern const params_lookup plugins_lookup;

#endif
