#include "plan/recipe.h"

#include "base/files.h"
#include "base/folders.h"
#include "base/text.h"
#include "job/settings.h"
#include "plan/declaration.h"
#include "plan/lua_files.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static status_code unknown(recipes *r, const char *name, failure *err) {
  const char *names[256];
  size_t count = 0;
  for (; settings_dataset_kinds[count]; count++) names[count] = settings_dataset_kinds[count];
  const value *files;
  status_code status = folders_list(r->memory, r->folder, &files, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < files->count && count < 256; i++) {
    const char *file = files->items[i]->text;
    if (text_ends_with(file, ".lua"))
      names[count++] = arena_format(r->memory, "%.*s", (int)(strlen(file) - strlen(".lua")), file);
  }
  return failure_set(err, STATUS_BAD_CONFIG, "dataset: \"%s\" is not a recipe in %s%s", name,
                     r->folder, text_hint(r->memory, name, names, count));
}

static bool is_file_name(const char *name) {
  static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return *name && strspn(name, LETTERS) == strlen(name);
}

static status_code verify_check(const value *check, failure *err) {
  if (check && check->type != VALUE_MAP)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "dataset.check: must be { name = { expected, its standard error }, ... }");
  for (size_t i = 0; check && i < check->count; i++) {
    const value *pair = check->items[i];
    if (pair->type == VALUE_LIST && pair->count == 2 && pair->items[0]->type == VALUE_NUMBER &&
        pair->items[1]->type == VALUE_NUMBER && pair->items[1]->number >= 0)
      continue;
    return failure_set(err, STATUS_BAD_CONFIG,
                       "dataset.check.%s: must be { expected, its standard error }",
                       check->keys[i]);
  }
  return STATUS_OK;
}

static const value *without_check(arena *a, const value *recipe) {
  if (!value_get(recipe, "check")) return recipe;
  value *settings = value_new(a, VALUE_MAP);
  for (size_t i = 0; i < recipe->count; i++)
    if (strcmp(recipe->keys[i], "check") != 0)
      value_put(a, settings, recipe->keys[i], recipe->items[i]);
  return settings;
}

status_code recipe_find(recipes *r, const char *name, const value **out, failure *err) {
  *out = value_get(r->known, name);
  if (*out) return STATUS_OK;
  const char *path = arena_format(r->memory, "%s/%s.lua", r->folder, name), *text;
  if (!r->lua || !is_file_name(name) || !files_exists(path)) return unknown(r, name, err);
  status_code status = lua_files_text(r->memory, path, &text, err);
  if (status == STATUS_OK) status = script_recipe(r->lua, path, text, out, err);
  r->has_line = status != STATUS_OK;
  if (status != STATUS_OK) return status;
  const char *kind = declaration_name(*out);
  if (!settings_dataset(kind))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "dataset: the recipe %s must return { \"mcmc\", ... }, { \"file\", ... } or "
                       "{ \"images\", ... }",
                       path);
  status = verify_check(value_get(*out, "check"), err);
  if (status == STATUS_OK) value_put(r->memory, r->known, name, *out);
  return status;
}

/* A path without links; of what is missing, the name behind the path of its folder. */
static const char *real_path(arena *a, const char *path, bool *exists) {
  char real[PATH_MAX];
  bool ignored;
  const char *slash = strrchr(path, '/');
  *exists = realpath(path, real) != NULL;
  if (*exists) return arena_text(a, real);
  if (!slash || slash == path) return path;
  const char *folder = arena_format(a, "%.*s", (int)(slash - path), path);
  return arena_format(a, "%s%s", real_path(a, folder, &ignored), slash);
}

/* Do finished runs say what was in a file that is missing? Its hash is looked for where it is
 * given, else its path. */
static status_code look_at_records(recipes *r, const value *map, const char *key,
                                   const char *content_key, const char *path, failure *err) {
  const char *const by_content[] = {content_key, NULL}, *const by_path[] = {key, NULL};
  const value *content = value_get(map, content_key), *found;
  const bool given = content && (content->type != VALUE_TEXT || *content->text);
  status_code status =
      file_records_find(&r->records, map, given ? by_content : by_path, content_key, &found, err);
  if (status != STATUS_OK || found) return status;
  return failure_set(err, STATUS_BAD_CONFIG, "dataset.%s: the file %s does not exist", key, path);
}

/* The file must be there before the first run starts, or finished runs must say what was in it.
 * key, content: the names of the two settings. */
static status_code locate_file(recipes *r, value *map, const char *key, const char *content,
                               const char *folder, failure *err) {
  const char *path = value_get_text(map, key, NULL);
  bool exists;
  if (!path || !*path) return STATUS_OK; /* an empty one is refused by the schema */
  if (*path != '/') path = arena_format(r->memory, "%s/%s", folder, path);
  const char *real = real_path(r->memory, path, &exists);
  if (!text_is_utf8(real))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "dataset.%s: %s leads to a folder or file whose name is not UTF-8", key,
                       path);
  value_put_text(r->memory, map, key, real);
  return exists ? STATUS_OK : look_at_records(r, map, key, content, path, err);
}

/* own: the settings of the script, whose paths begin at its folder; those of a recipe begin at the
 * recipe's. */
static status_code locate_files(recipes *r, value *map, const value *own, bool from_recipe,
                                failure *err) {
  static const char *const FILES[][2] = {{"path", "content"},
                                         {"test_path", "test_content"},
                                         {"validation_path", "validation_content"}};
  const bool sampled = strcmp(declaration_name(map), "mcmc") == 0; /* and has no path */
  status_code status = STATUS_OK;
  for (size_t i = sampled; i < sizeof FILES / sizeof *FILES && status == STATUS_OK; i++) {
    const char *key = FILES[i][0];
    const bool of_recipe = from_recipe && !value_get(own, key);
    status = locate_file(r, map, key, FILES[i][1], of_recipe ? r->folder : r->script_folder, err);
  }
  return status;
}

/* `folder` becomes the list of all folders to search, absolute: those given, from `base`, and the
 * data set's, named like it beside its recipe (or script), in `home`. */
static void locate_folders(recipes *r, value *map, const char *base, const char *home,
                           const char *label) {
  const char *places = "", *given = value_get_text(map, "folder", "");
  for (const char *place; (place = text_next_place(r->memory, &given));)
    places = *place == '/' ? arena_format(r->memory, "%s%s:", places, place)
                           : arena_format(r->memory, "%s%s/%s:", places, base, place);
  value_put_text(r->memory, map, "folder", arena_format(r->memory, "%s%s/%s", places, home, label));
}

/* Scripts are copied and tried out, so only a recipe may name a shell script to run, and only one
 * beside it. */
static status_code locate_fetch(recipes *r, value *map, const char *home, bool from_recipe,
                                failure *err) {
  const char *fetch = value_get_text(map, "fetch", "");
  if (!*fetch) return STATUS_OK;
  if (!from_recipe)
    return failure_set(
        err, STATUS_BAD_CONFIG,
        "dataset.fetch: only a recipe may name a script to be run; give dataset.folder, "
        "where the files are");
  const char *path = arena_format(r->memory, "%s/%s", home, fetch);
  if (strchr(fetch, '/') || !files_exists(path))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "dataset.fetch: \"%s\" must be the name of a script in %s", fetch, home);
  value_put_text(r->memory, map, "fetch", path);
  return STATUS_OK;
}

/* own: the settings of the script; recipe: those of the recipe that it names, or NULL. */
static status_code locate_images(recipes *r, value *map, const char *label, const value *own,
                                 const value *recipe, failure *err) {
  char script_home[PATH_MAX], recipe_home[PATH_MAX];
  const char *home = recipe ? recipe_home : script_home;
  const value *folder = value_get(map, "folder");
  if (folder && folder->type != VALUE_TEXT) return STATUS_OK; /* refused with its type, or a grid */
  if (!realpath(r->script_folder, script_home) || (recipe && !realpath(r->folder, recipe_home)))
    return failure_set(err, STATUS_NO_INPUT, "the folder %s does not exist",
                       recipe ? r->folder : r->script_folder);
  locate_folders(r, map, value_get(own, "folder") ? script_home : home, home, label);
  return locate_fetch(r, map, home, recipe && !value_get(own, "fetch"), err);
}

status_code recipe_resolve(recipes *r, const value *declared, const value **out, const char **label,
                           failure *err) {
  const value *recipe = NULL;
  value *map = declaration_map(r->memory, declared);
  *label = declaration_name(declared);
  r->has_line = false;
  if (!*label)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "dataset: must be { \"name\", ... } with the name of a recipe, \"mcmc\", "
                       "\"file\" or \"images\"");
  const value *own = map;
  if (!settings_dataset(*label)) {
    status_code status = recipe_find(r, *label, &recipe, err);
    if (status != STATUS_OK) return status;
    recipe = without_check(r->memory, recipe);
    value_put(r->memory, map, "", value_get(declaration_map(r->memory, recipe), ""));
    map = declaration_map(r->memory, declaration_merge(r->memory, recipe, map));
  }
  *out = map;
  if (strcmp(declaration_name(map), "images") != 0)
    return locate_files(r, map, own, recipe != NULL, err);
  return locate_images(r, map, *label, own, recipe, err);
}
