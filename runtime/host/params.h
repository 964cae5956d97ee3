/* Declared settings: checking a table of settings against its declaration, storing it in memory.
 *
 * The declaration comes from a plugin's own table, from a catalogue (the scheduler opens no plugin)
 * or from the runtime's sections (train, measure, ...): one code checks them all. */
#ifndef HOST_PARAMS_H
#define HOST_PARAMS_H

#include "base/failure.h"
#include "base/value.h"
#include "hifm/plugin.h"

/* How params_check learns the settings of a plugin named in a HIFM_REF: NULL and err (a sentence
 * such as `unknown energy "fromation"; did you mean "formation"?`) when there is no such
 * plugin; an empty table for a plugin without settings. */
typedef struct params_lookup {
  const hifm_param *(*find)(void *context, hifm_kind kind, const char *name, failure *err);
  void *context;
} params_lookup;

/* The word for a kind: "energy", "flow", "network", "solver"; and back (0 when unknown). */
const char *params_kind_text(hifm_kind kind);
hifm_kind params_kind(const char *word);

/* Every key known, every value of its type and range, defaults filled in: `given` (a MAP, or NULL)
 * becomes the MAP *out. `where` is the path in messages ("flow.condition", or ""). The keys in
 * `extra` (NULL-ended, may be NULL) are let through unchecked and left out of *out.
 * STATUS_BAD_CONFIG, with "did you mean".
 *
 * Settings are NUMBER (REAL, COUNT: whole, up to 2^53), BOOL (FLAG), TEXT (CHOICE by word, TEXT),
 * LIST (LIST, of NUMBER),
 * for REF a plugin value (below), resolved in *out, and for FILE a file value (below). */
status_code params_check(arena *a, const hifm_param *params, const value *given, const char *where,
                         const params_lookup *lookup, const char *const *extra, const value **out,
                         failure *err);

/* A plugin value, "name" or { "name", key = ... } (TEXT, or a MAP with the name under ""), becomes
 * the resolved MAP with "" and every setting. NULL is STATUS_BAD_CONFIG: it must be given. */
status_code params_check_ref(arena *a, hifm_kind kind, const value *given, const char *where,
                             const params_lookup *lookup, const value **out, failure *err);

/* Has the setting no default? */
bool params_must_be_given(const hifm_param *param);

/* The setting that names the energy of a Hessian source (hifm/flow.h): the only HIFM_REF to an
 * energy, whatever its name is. NULL where there is none or more than one. */
const hifm_param *params_energy(const hifm_param *params);

/* The key under which a plugin value keeps its name. */
#define PARAMS_NAME ""

/* The name in a plugin value (TEXT or MAP), or NULL where it has none. */
const char *params_name(const value *plugin_value);

/* A file value is a path, TEXT, as a script gives it; or, from the plan on, the MAP
 *   { "path":    absolute,
 *     "content": BLAKE2b-128 of the file, 32 hex digits }
 * The front end resolves the path from the script's folder and adds the content (runtime/plan). An
 * identity has the content and not the path. */
#define PARAMS_PATH    "path"
#define PARAMS_CONTENT "content"

/* Is the node such a MAP? */
bool params_is_file(const value *node);

/* Is this checked setting its declared default? Of a plugin: the default one, all of whose settings
 * were left out because they are defaults too, a MAP of nothing but the name. */
bool params_is_default(arena *a, const hifm_param *param, const value *setting);

/* A BLAKE2b-128 of the names of the settings and their defaults. */
void params_defaults_hash(const hifm_param *params, char hex[33]);

/* Stores a checked MAP into `instance`. Texts and lists are copied to the arena. HIFM_REF and
 * HIFM_FILE settings are left zero: plugins_bind binds the plugins and reads the files. */
void params_store(arena *a, const hifm_param *params, const value *checked, void *instance);

/* Reads the files of HIFM_FILE settings (at most 1 GiB each) into the arena and stores them.
 * `where` is the path in messages. STATUS_BAD_INPUT names the file whose content is not the one
 * that the setting says; further errors as of files_read. */
status_code params_read_files(arena *a, const hifm_param *params, const value *checked,
                              const char *where, void *instance, failure *err);

/* What a setting may be, in words: "a number, 1 or more", "one of \"z\", \"t\"", "true or false" */
const char *params_range_text(arena *a, const hifm_param *param);

/* What was given for a setting of one value, in words: "a text"; after a list, how a script gives
 * several. */
const char *params_given_text(const value *given);

/* A declaration as a value and back, for catalogues that travel between processes: a LIST of
 *   { "name", "meaning",
 *     "type":    "real" | "count" | "flag" | "choice" | "text" | "ref" | "file" | "list",
 *     "default":  as in a checked MAP: NUMBER (real, count), BOOL (flag), TEXT (choice: the word;
 *                 text; ref: the plugin's name), LIST of NUMBER (list); absent: must be given
 *     "low", "high":  NUMBER (real, count, list); absent: no bound
 *     "choices":      LIST of TEXT (choice)
 *     "kind":         "energy" | "flow" | "network" | "solver" (ref) }
 * Offsets do not travel: the way back serves params_check, not params_store. */
const value *params_describe(arena *a, const hifm_param *params);
const hifm_param *params_from_description(arena *a, const value *description);

#endif
