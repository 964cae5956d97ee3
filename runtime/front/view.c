#include "front/view.h"

#include "base/blake2b.h"
#include "base/files.h"
#include "base/json.h"
#include "plan/sets.h"
#include "report/entries.h"
#include "report/figure.h"
#include "report/table.h"

#include <stdlib.h>
#include <string.h>

/* The options of the command line that make it another grid, a line each. */
static const char *options_text(arena *a, const options *given) {
  const char *text = "";
  for (size_t i = 0; i < given->sets.count; i++)
    if (!sets_is_of_schedule(given->sets.items[i]))
      text = arena_format(a, "%s--set %s\n", text, given->sets.items[i]);
  for (size_t i = 0; i < given->only.count; i++)
    text = arena_format(a, "%s--only %s\n", text, given->only.items[i]);
  for (size_t i = 0; i < given->exclude.count; i++)
    text = arena_format(a, "%s--exclude %s\n", text, given->exclude.items[i]);
  return text;
}

bool view_is_partial(const options *given) {
  bool changed = given->only.count + given->exclude.count > 0;
  for (size_t i = 0; i < given->sets.count; i++)
    changed = changed || !sets_is_of_schedule(given->sets.items[i]);
  return changed;
}

/* "-quick+wide"; "" for the full grid. */
static const char *profiles_ending(arena *a, const options *given) {
  const char *text = "";
  for (size_t i = 0; i < given->profiles.count; i++)
    text = arena_format(a, "%s%s%s", text, i ? "+" : "-", given->profiles.items[i]);
  return text;
}

static const char *partial_ending(arena *a, const options *given) {
  char hash[33];
  if (!view_is_partial(given)) return "";
  const char *text = options_text(a, given);
  blake2b_hex(text, strlen(text), hash);
  return arena_format(a, "-partial-%.6s", hash);
}

/* ---- whose folder it is ---------------------------------------------------------------------- */

static const char *script_path(arena *a, const options *given) {
  char *full = realpath(given->words[0], NULL);
  const char *path = arena_text(a, full ? full : given->words[0]);
  free(full);
  return path;
}

/* What the last call wrote; NULL: nothing that can be read. */
static const value *read_maker(arena *a, const char *folder) {
  const value *maker = NULL;
  const char *path = arena_format(a, "%s/script.json", folder);
  return files_exists(path) && json_read(a, path, &maker, NULL) == STATUS_OK ? maker : NULL;
}

static status_code check_maker(arena *a, const options *given, const char *folder, failure *err) {
  const char *own = script_path(a, given);
  const char *maker = value_get_text(read_maker(a, folder), "script", own);
  if (strcmp(maker, own) == 0 || !files_exists(maker)) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "%s: its tables would go to %s, which has those of %s. Rename one of the two "
                     "scripts, or choose another results folder with --out",
                     own, folder, maker);
}

/* The results folder also has folders of hifm itself: runs, cache, submissions, .plugins and .lock.
 */
status_code view_choose(arena *a, const options *given, const value *plan, const char **folder,
                        failure *err) {
  const char *name = value_get_text(plan, "name", "experiment");
  if (*name == '.' || strcmp(name, "runs") == 0 || strcmp(name, "cache") == 0 ||
      strcmp(name, "submissions") == 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: its tables would go to %s/%s, a name that hifm uses itself; rename the "
                       "script",
                       given->words[0], given->out, name);
  *folder = arena_format(a, "%s/%s%s%s", given->out, name, profiles_ending(a, given),
                         partial_ending(a, given));
  return check_maker(a, given, *folder, err);
}

/* ---- what is in it --------------------------------------------------------------------------- */

static value *names_of(arena *a, const value *entries) {
  value *names = value_new(a, VALUE_LIST);
  for (size_t i = 0; entries && i < entries->count; i++)
    value_push(a, names, value_text(a, entries->keys[i]));
  return names;
}

/* remove: of the files of a name. Only names that a script can declare are removed. */
static void remove_others(const value *before, const value *now, const char *folder,
                          void (*remove)(const char *folder, const char *name)) {
  for (size_t i = 0; before && i < before->count; i++) {
    const char *name = before->items[i]->text;
    if (!name || entries_check_name("an entry", name, NULL) != STATUS_OK) continue;
    if (!value_get(now, name)) remove(folder, name);
  }
}

static status_code write_text(arena *a, const char *folder, const char *name, const char *text,
                              failure *err) {
  return files_write(arena_format(a, "%s/%s", folder, name), text, strlen(text), err);
}

status_code view_begin(const options *given, const value *plan, const char *folder, failure *err) {
  arena a = {0};
  const value *tables = value_get(plan, "tables"), *figures = value_get(plan, "figures");
  const value *before = read_maker(&a, folder);
  value *maker = value_new(&a, VALUE_MAP);
  value_put_text(&a, maker, "script", script_path(&a, given));
  value_put(&a, maker, "tables", names_of(&a, tables));
  value_put(&a, maker, "figures", names_of(&a, figures));
  status_code status = files_make_folder(folder, err);
  if (status == STATUS_OK) {
    remove_others(value_get(before, "tables"), tables, folder, table_remove);
    remove_others(value_get(before, "figures"), figures, folder, figure_remove);
    status = write_text(&a, folder, "script.json", json_pretty(&a, maker), err);
  }
  if (status == STATUS_OK && view_is_partial(given))
    status = write_text(&a, folder, "options.txt", options_text(&a, given), err);
  arena_close(&a);
  return status;
}
