#include "plan/profiles.h"

#include "base/text.h"
#include "job/settings.h"
#include "plan/declaration.h"

#include <string.h>

const char *const OTHER_KEY_NAMES[OTHER_KEYS] = {"schedule", "audits", "profiles", "tables",
                                                 "figures",  "title",  "question"};

/* A name that is known, but not here. */
static bool is_other_key(const char *name) {
  bool found = false;
  for (size_t i = 0; i < OTHER_KEYS; i++) found = found || strcmp(OTHER_KEY_NAMES[i], name) == 0;
  return found;
}

static status_code refuse_key(arena *a, const char *where, const char *key,
                              const char *const *known, size_t count, failure *err) {
  const char *path = text_path_join(a, where, *key ? key : "1");
  if (is_other_key(key))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: cannot be changed here; it is a key of h.experiment alone", path);
  return failure_set(err, STATUS_BAD_CONFIG, "%s: unknown setting%s", path,
                     text_choices(a, key, known, count));
}

status_code profiles_check_keys(arena *a, const value *map, const char *where, size_t others,
                                failure *err) {
  const char *known[SECTIONS + OTHER_KEYS];
  memcpy(known, SCHEMA_SECTIONS, sizeof SCHEMA_SECTIONS);
  memcpy(known + SECTIONS, OTHER_KEY_NAMES, sizeof OTHER_KEY_NAMES);
  if (map->type != VALUE_MAP && (map->type != VALUE_LIST || map->count))
    return failure_set(err, STATUS_BAD_CONFIG, "%s: must be a table of named settings, not %s",
                       *where ? where : "h.also", value_type_text(map));
  for (size_t i = 0; i < map->count; i++) {
    bool found = false;
    for (size_t k = 0; k < SECTIONS + others && !found; k++)
      found = strcmp(known[k], map->keys[i]) == 0;
    if (!found) return refuse_key(a, where, map->keys[i], known, SECTIONS + others, err);
  }
  return STATUS_OK;
}

/* ---- all profiles ---------------------------------------------------------------------------- */

/* Names become parts of a folder's name. */
static status_code check_name(const char *name, failure *err) {
  if (strpbrk(name, "/+"))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "profiles: \"%s\" has a '/' or '+', but the name becomes part of a "
                       "folder's name",
                       name);
  if (strcmp(name, "partial") == 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "profiles: \"partial\" is the end of the folder names of --set and --only; "
                       "give the profile another name");
  return STATUS_OK;
}

static const hifm_param *fixed_settings(const char *section) {
  static const struct {
    const char *name;
    const hifm_param *settings;
  } FIXED[] = {{"optimizer", optimizer_params},
               {"train", train_params},
               {"measure", measure_params},
               {"schedule", schedule_params}};
  for (size_t i = 0; i < sizeof FIXED / sizeof *FIXED; i++)
    if (strcmp(FIXED[i].name, section) == 0) return FIXED[i].settings;
  return NULL;
}

enum { SETTINGS_MAX = 64 };

/* key: "" for the positional entries of a table, which are the schema's business. */
static status_code check_setting(arena *a, const hifm_param *settings, const char *key,
                                 const char *where, failure *err) {
  const char *names[SETTINGS_MAX];
  size_t count = 0;
  for (; count < SETTINGS_MAX && settings[count].name; count++) {
    names[count] = settings[count].name;
    if (strcmp(names[count], key) == 0) return STATUS_OK;
  }
  return *key ? failure_set(err, STATUS_BAD_CONFIG, "%s.%s: unknown setting%s", where, key,
                            text_choices(a, key, names, count))
              : STATUS_OK;
}

/* Names of settings that do not depend on a plugin: a profile that is not asked for is not
 * resolved, because it may need another profile below it. */
static status_code check_settings(arena *a, const char *where, const value *profile, failure *err) {
  for (size_t i = 0; i < profile->count; i++) {
    const hifm_param *settings = fixed_settings(profile->keys[i]);
    const value *table = profile->items[i];
    const char *path = text_path_join(a, where, profile->keys[i]);
    for (size_t k = 0; settings && table->type == VALUE_MAP && k < table->count; k++) {
      status_code status = check_setting(a, settings, table->keys[k], path, err);
      if (status != STATUS_OK) return status;
    }
  }
  return STATUS_OK;
}

static status_code check_all(arena *a, const value *profiles, failure *err) {
  if (!profiles || (profiles->type == VALUE_LIST && profiles->count == 0)) return STATUS_OK;
  if (profiles->type != VALUE_MAP || value_get(profiles, ""))
    return failure_set(err, STATUS_BAD_CONFIG, "profiles: must be { name = { ... }, ... }");
  for (size_t i = 0; i < profiles->count; i++) {
    const char *where = arena_format(a, "profiles.%s", profiles->keys[i]);
    status_code status = check_name(profiles->keys[i], err);
    if (status == STATUS_OK)
      status = profiles_check_keys(a, profiles->items[i], where, PROFILE_KEYS, err);
    if (status == STATUS_OK) status = check_settings(a, where, profiles->items[i], err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* ---- those that are asked for ---------------------------------------------------------------- */

/* Key by key, so that a profile's list replaces the script's. */
const value *profiles_merge(arena *a, const value *base, const value *over) {
  value *merged = value_copy(a, base);
  for (size_t i = 0; over && i < over->count; i++)
    value_put(a, merged, over->keys[i],
              declaration_merge(a, value_get(base, over->keys[i]), over->items[i]));
  return merged;
}

static status_code find(arena *a, const value *profiles, const char *name, const value **out,
                        failure *err) {
  *out = value_get(profiles, name);
  if (*out) return STATUS_OK;
  const bool any = profiles && profiles->type == VALUE_MAP;
  return failure_set(
      err, STATUS_BAD_CONFIG, "profiles: there is no \"%s\"%s", name,
      any ? text_choices(a, name, (const char *const *)profiles->keys, profiles->count)
          : "; the script has none");
}

status_code profiles_apply(schema *s, const char *const *names, size_t count,
                           const value **sections, failure *err) {
  arena *a = s->memory;
  const value *profiles = value_get(*sections, "profiles");
  status_code status = check_all(a, profiles, err);
  for (size_t i = 0; i < count && status == STATUS_OK; i++) {
    const value *profile;
    for (size_t k = 0; k < i; k++)
      if (strcmp(names[k], names[i]) == 0)
        return failure_set(err, STATUS_BAD_CONFIG, "--profile %s: is given twice", names[i]);
    status = find(a, profiles, names[i], &profile, err);
    if (status == STATUS_OK)
      *sections = profiles_merge(a, *sections, profile->count ? profile : NULL);
  }
  return status;
}
