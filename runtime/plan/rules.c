#include "plan/rules.h"

#include "base/text.h"
#include "plan/axes.h"
#include "plan/declaration.h"
#include "plan/overrides.h"

#include <string.h>

const char *const RULES_OTHER_KEYS[OTHER_KEYS] = {"schedule", "audits", "profiles", "tables",
                                                  "figures"};

/* Every key must be a section or one of the first `others` other keys. */
static status_code check_keys(arena *a, const value *map, const char *where, size_t others,
                              failure *err) {
  const char *known[SECTIONS + OTHER_KEYS];
  memcpy(known, SCHEMA_SECTIONS, sizeof SCHEMA_SECTIONS);
  memcpy(known + SECTIONS, RULES_OTHER_KEYS, sizeof RULES_OTHER_KEYS);
  if (map->type != VALUE_MAP && map->count)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: must be a table of named settings, not %s",
                       *where ? where : "h.also", value_type_text(map));
  for (size_t i = 0; i < map->count; i++) {
    bool found = false;
    for (size_t k = 0; k < SECTIONS + others && !found; k++)
      found = strcmp(known[k], map->keys[i]) == 0;
    if (!found)
      return failure_set(err, STATUS_BAD_CONFIG, "%s%s%s: unknown setting%s", where,
                         *where ? "." : "", *map->keys[i] ? map->keys[i] : "1",
                         text_hint(a, map->keys[i], known, SECTIONS + others));
  }
  return STATUS_OK;
}

static status_code find_profile(const experiment *e, const value *profiles, const value **out,
                                failure *err) {
  arena *a = e->schema->memory;
  const char *name = e->request->profile;
  *out = NULL;
  for (size_t i = 0; profiles && i < profiles->count; i++) {
    if (profiles->type != VALUE_MAP || !*profiles->keys[i])
      return failure_set(err, STATUS_BAD_CONFIG, "profiles: must be { name = { ... }, ... }");
    if (strchr(profiles->keys[i], '/'))
      return failure_set(
          err, STATUS_BAD_CONFIG,
          "profiles: \"%s\" has a slash, but the name becomes part of a folder's name",
          profiles->keys[i]);
    if (strcmp(profiles->keys[i], "partial") == 0)
      return failure_set(
          err, STATUS_BAD_CONFIG,
          "profiles: \"partial\" is the end of the folder names of --set and --only; give the "
          "profile another name");
    const char *where = arena_format(a, "profiles.%s", profiles->keys[i]);
    status_code status = check_keys(a, profiles->items[i], where, PROFILE_KEYS, err);
    if (status != STATUS_OK) return status;
  }
  if (!name) return STATUS_OK;
  *out = value_get(profiles, name);
  if (*out) return STATUS_OK;
  bool any = profiles && profiles->type == VALUE_MAP;
  return failure_set(err, STATUS_BAD_CONFIG, "profiles: there is no \"%s\"%s", name,
                     any ? text_hint(a, name, (const char *const *)profiles->keys, profiles->count)
                         : "; the script has none");
}

/* Key by key, so that a profile's list replaces the script's. */
static const value *merge_sections(arena *a, const value *base, const value *over) {
  value *merged = value_copy(a, base);
  for (size_t i = 0; over && i < over->count; i++)
    value_put(a, merged, over->keys[i],
              declaration_merge(a, value_get(base, over->keys[i]), over->items[i]));
  return merged;
}

static const value *rule_of(const experiment *e, size_t i, const char *kind) {
  const value *rule = e->rules->items[i];
  return strcmp(value_get_text(rule, "rule", ""), kind) == 0 ? value_get(rule, "with") : NULL;
}

/* The experiment once for each position of the zip's lists. */
static status_code zip(const experiment *e, const value *lists, const value *before, value *columns,
                       const value **after, failure *err) {
  arena *a = e->schema->memory;
  value *made = value_new(a, VALUE_LIST);
  for (size_t k = 0; k < lists->count; k++) axes_add_column(a, columns, lists->keys[k]);
  for (size_t i = 0; i < before->count; i++)
    for (size_t position = 0; position < lists->items[0]->count; position++) {
      const value *sections = before->items[i];
      for (size_t k = 0; k < lists->count; k++) {
        status_code status = overrides_path(e->schema, &sections, lists->keys[k],
                                            lists->items[k]->items[position], err);
        if (status != STATUS_OK) return status;
      }
      if ((double)made->count >= e->most_runs)
        return failure_set(err, STATUS_BAD_CONFIG, "zip: more than %.0f runs", e->most_runs);
      value_push(a, made, sections);
    }
  *after = made;
  return STATUS_OK;
}

/* The settings that an `also` changes, as columns. */
static void add_paths(arena *a, const char *path, const value *node, value *columns) {
  bool nameless = node->type == VALUE_MAP && !value_get(node, "");
  if (!nameless) axes_add_column(a, columns, path);
  for (size_t i = 0; nameless && i < node->count; i++)
    add_paths(a, text_path_join(a, path, node->keys[i]), node->items[i], columns);
}

static status_code add_also(const experiment *e, const value *base, value *list, value *columns,
                            failure *err) {
  arena *a = e->schema->memory;
  for (size_t i = 0; i < e->rules->count; i++) {
    const value *also = rule_of(e, i, "also");
    if (!also) continue;
    status_code status = check_keys(a, also, "", 0, err);
    if (status != STATUS_OK) return status;
    if (also->count) add_paths(a, "", also, columns);
    value_push(a, list, merge_sections(a, base, also->count ? also : NULL));
  }
  return STATUS_OK;
}

/* Each --set must find its setting in at least one of the experiments. */
static status_code apply_sets(const experiment *e, value *list, failure *err) {
  for (size_t i = 0; i < e->request->set_count; i++) {
    bool found = false;
    status_code status = STATUS_OK;
    for (size_t k = 0; k < list->count; k++) {
      status = overrides_text(e->schema, &list->items[k], e->request->sets[i], err);
      found = found || status == STATUS_OK;
    }
    if (!found) return status;
  }
  return STATUS_OK;
}

status_code rules_apply(const experiment *e, const value **list, value *columns, failure *err) {
  arena *a = e->schema->memory;
  const value *profile, *made = value_new(a, VALUE_LIST);
  status_code status = check_keys(a, e->sections, "", OTHER_KEYS, err);
  if (status == STATUS_OK)
    status = find_profile(e, value_get(e->sections, "profiles"), &profile, err);
  if (status != STATUS_OK) return status;
  const value *base = merge_sections(
      a, e->sections->type == VALUE_MAP ? e->sections : value_new(a, VALUE_MAP), profile);
  value_push(a, (value *)made, base);
  for (size_t i = 0; i < e->rules->count && status == STATUS_OK; i++)
    if (rule_of(e, i, "zip")) status = zip(e, rule_of(e, i, "zip"), made, columns, &made, err);
  value *all = value_copy(a, made);
  if (status == STATUS_OK) status = add_also(e, base, all, columns, err);
  *list = all;
  return status == STATUS_OK ? apply_sets(e, all, err) : status;
}
