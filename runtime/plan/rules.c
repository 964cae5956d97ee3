#include "plan/rules.h"

#include "base/text.h"
#include "plan/axes.h"
#include "plan/overrides.h"
#include "plan/profiles.h"

#include <string.h>

static const value *rule_of(const experiment *e, size_t i, const char *kind) {
  const value *rule = e->rules->items[i];
  return strcmp(value_get_text(rule, "rule", ""), kind) == 0 ? value_get(rule, "with") : NULL;
}

/* A path in two rules would have the values of the second one alone. */
static status_code check_paths(const value *lists, const value *seen, failure *err) {
  for (size_t k = 0; k < lists->count; k++)
    for (size_t i = 0; i < seen->count; i++)
      if (strcmp(lists->keys[k], seen->items[i]->text) == 0)
        return failure_set(err, STATUS_BAD_CONFIG,
                           "%s: two h.zip have values for it; give them in one of the two",
                           lists->keys[k]);
  return STATUS_OK;
}

static status_code put(const experiment *e, const value **sections, const char *path,
                       const value *item, failure *err) {
  overrides_found at = {.grid = false};
  status_code status = overrides_path(e->schema, sections, path, item, &at, err);
  if (status != STATUS_OK || !at.grid) return status;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "%s: this grid would be replaced by h.zip; give the values in one of the two",
                     path);
}

/* The experiment with the values at one position of the zip's lists. */
static status_code put_all(const experiment *e, const value **sections, const value *lists,
                           size_t position, failure *err) {
  status_code status = STATUS_OK;
  for (size_t k = 0; k < lists->count && status == STATUS_OK; k++)
    status = put(e, sections, lists->keys[k], lists->items[k]->items[position], err);
  return status;
}

/* The experiment once for each position. */
static status_code zip(const experiment *e, const value *lists, const value *before, value *columns,
                       const value **after, failure *err) {
  arena *a = e->schema->memory;
  value *made = value_new(a, VALUE_LIST);
  for (size_t k = 0; k < lists->count; k++) axes_add_column(a, columns, lists->keys[k]);
  for (size_t i = 0; i < before->count; i++)
    for (size_t position = 0; position < lists->items[0]->count; position++) {
      const value *sections = before->items[i];
      status_code status = put_all(e, &sections, lists, position, err);
      if (status != STATUS_OK) return status;
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
    status_code status = profiles_check_keys(a, also, "", 0, err);
    if (status != STATUS_OK) return status;
    if (also->count) add_paths(a, "", also, columns);
    value_push(a, list, profiles_merge(a, base, also->count ? also : NULL));
  }
  return STATUS_OK;
}

status_code rules_apply(const experiment *e, const value **list, value *columns, failure *err) {
  arena *a = e->schema->memory;
  status_code status = STATUS_OK;
  const value *base = e->sections, *made = value_new(a, VALUE_LIST);
  value *zipped = value_new(a, VALUE_LIST);
  value_push(a, (value *)made, base);
  for (size_t i = 0; i < e->rules->count && status == STATUS_OK; i++) {
    const value *lists = rule_of(e, i, "zip");
    if (!lists) continue;
    status = check_paths(lists, zipped, err);
    for (size_t k = 0; k < lists->count; k++) value_push(a, zipped, value_text(a, lists->keys[k]));
    if (status == STATUS_OK) status = zip(e, lists, made, columns, &made, err);
  }
  value *all = value_copy(a, made);
  if (status == STATUS_OK) status = add_also(e, base, all, columns, err);
  *list = all;
  return status == STATUS_OK ? sets_apply(e->schema, &e->sets, all, err) : status;
}
