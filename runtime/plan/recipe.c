#include "plan/recipe.h"

#include "base/files.h"
#include "base/text.h"
#include "plan/declared.h"
#include "plan/module.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool is_kind(const char *name) {
  return strcmp(name, "mcmc") == 0 || strcmp(name, "file") == 0;
}

static hifm_status unknown(recipes *r, const char *name, hifm_error *err) {
  const char *names[256] = {"mcmc", "file"};
  size_t count = 2;
  DIR *folder = opendir(r->folder);
  for (struct dirent *entry; folder && count < 256 && (entry = readdir(folder));) {
    size_t length = strlen(entry->d_name);
    if (length > 4 && strcmp(entry->d_name + length - 4, ".lua") == 0)
      names[count++] = arena_format(r->memory, "%.*s", (int)length - 4, entry->d_name);
  }
  if (folder) closedir(folder);
  return hifm_fail(err, HIFM_BAD_CONFIG, "dataset: \"%s\" is no recipe in %s%s", name, r->folder,
                   text_hint(r->memory, name, names, count));
}

static bool is_file_name(const char *name) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return *name && strspn(name, letters) == strlen(name);
}

static hifm_status verify_check(const value *check, hifm_error *err) {
  if (check && check->type != VALUE_MAP)
    return hifm_fail(err, HIFM_BAD_CONFIG,
                     "dataset.check: must be { name = { expected, its standard error }, ... }");
  for (size_t i = 0; check && i < check->count; i++) {
    const value *pair = check->items[i];
    if (pair->type == VALUE_LIST && pair->count == 2 && pair->items[0]->type == VALUE_NUMBER &&
        pair->items[1]->type == VALUE_NUMBER && pair->items[1]->number >= 0)
      continue;
    return hifm_fail(err, HIFM_BAD_CONFIG,
                     "dataset.check.%s: must be { expected, its standard error }", check->keys[i]);
  }
  return HIFM_OK;
}

static const value *without_check(arena *a, const value *recipe) {
  if (!value_get(recipe, "check")) return recipe;
  value *settings = value_new(a, VALUE_MAP);
  for (size_t i = 0; i < recipe->count; i++)
    if (strcmp(recipe->keys[i], "check") != 0)
      value_put(a, settings, recipe->keys[i], recipe->items[i]);
  return settings;
}

hifm_status recipe_find(recipes *r, const char *name, const value **out, hifm_error *err) {
  *out = value_get(r->known, name);
  if (*out) return HIFM_OK;
  const char *path = arena_format(r->memory, "%s/%s.lua", r->folder, name), *text;
  if (!r->lua || !is_file_name(name) || !files_exists(path)) return unknown(r, name, err);
  hifm_status status = module_text(r->memory, path, &text, err);
  if (!status) status = script_recipe(r->lua, path, text, out, err);
  r->placed = status != HIFM_OK;
  if (status) return status;
  const char *kind = declared_name(*out);
  if (!kind || !is_kind(kind))
    return hifm_fail(err, HIFM_BAD_CONFIG,
                     "dataset: the recipe %s must return { \"mcmc\", ... } or { \"file\", ... }",
                     path);
  status = verify_check(value_get(*out, "check"), err);
  if (!status) value_put(r->memory, r->known, name, *out);
  return status;
}

/* The file must be there before the first run starts. */
static hifm_status place_file(recipes *r, value *map, const char *folder, hifm_error *err) {
  const char *path = value_get_text(map, "path", NULL);
  char real[PATH_MAX];
  if (!path) return HIFM_OK;
  if (*path != '/') path = arena_format(r->memory, "%s/%s", folder, path);
  if (!realpath(path, real))
    return hifm_fail(err, HIFM_BAD_CONFIG, "dataset.path: there is no file %s", path);
  value_put_text(r->memory, map, "path", real);
  return HIFM_OK;
}

hifm_status recipe_resolve(recipes *r, const value *declared, const value **out, const char **label,
                           hifm_error *err) {
  const value *recipe = NULL;
  value *map = declared_map(r->memory, declared);
  *label = declared_name(declared);
  r->placed = false;
  if (!*label)
    return hifm_fail(err, HIFM_BAD_CONFIG,
                     "dataset: must be { \"name\", ... } with the name of a recipe, \"mcmc\" or "
                     "\"file\"");
  const char *folder = r->script_folder;
  if (!is_kind(*label)) {
    hifm_status status = recipe_find(r, *label, &recipe, err);
    if (status) return status;
    recipe = without_check(r->memory, recipe);
    if (!value_get(map, "path")) folder = r->folder;
    value_put(r->memory, map, "", value_get(declared_map(r->memory, recipe), ""));
    map = declared_map(r->memory, declared_merge(r->memory, recipe, map));
  }
  *out = map;
  return strcmp(declared_name(map), "file") == 0 ? place_file(r, map, folder, err) : HIFM_OK;
}
