#include "plan/declaration.h"

#include "base/text.h"

#include <string.h>

const char *declaration_name(const value *node) {
  if (!node) return NULL;
  if (node->type == VALUE_TEXT) return node->text;
  if (node->type == VALUE_MAP) node = value_get(node, "");
  if (!node || node->type != VALUE_LIST || node->count != 1) return NULL;
  return node->items[0]->type == VALUE_TEXT ? node->items[0]->text : NULL;
}

const value *declaration_stage(const value *stages, const char *name) {
  for (size_t i = 0; stages && i < stages->count; i++)
    if (strcmp(value_get_text(stages->items[i], "", ""), name) == 0) return stages->items[i];
  return NULL;
}

value *declaration_map(arena *a, const value *node) {
  if (node && node->type == VALUE_MAP) return value_copy(a, node);
  value *map = value_new(a, VALUE_MAP);
  if (!node || (node->type == VALUE_LIST && node->count == 0)) return map;
  value *list = value_new(a, VALUE_LIST);
  value_push(a, list, node);
  value_put(a, map, "", node->type == VALUE_LIST ? node : list);
  return map;
}

/* The same grid or label with every value inside merged. */
static const value *merge_inside(arena *a, const value *base, const value *over) {
  value *copy = value_copy(a, base);
  for (size_t i = 0; i < copy->count; i++)
    copy->items[i] = declaration_merge(a, base->items[i], over);
  return copy;
}

static const value *merge_keys(arena *a, const value *base, const value *over) {
  value *merged = declaration_map(a, base);
  for (size_t i = 0; i < over->count; i++) {
    const char *key = over->keys[i];
    if (*key)
      value_put(a, merged, key, declaration_merge(a, value_get(merged, key), over->items[i]));
  }
  return merged;
}

const value *declaration_merge(arena *a, const value *base, const value *over) {
  if (!over) return base;
  if (!base || base->type == VALUE_NONE) return over;
  bool nameless = over->type == VALUE_MAP && !value_get(over, "");
  if (nameless && (base->type == VALUE_GRID || base->type == VALUE_LABEL))
    return merge_inside(a, base, over);
  bool table = base->type == VALUE_MAP || base->type == VALUE_LIST || base->type == VALUE_TEXT;
  if (nameless && table) return merge_keys(a, base, over);
  const char *name = declaration_name(over), *old = declaration_name(base);
  if (over->type == VALUE_MAP && name && old && strcmp(name, old) == 0)
    return merge_keys(a, base, over);
  bool same = over->type == VALUE_LIST && name && old && strcmp(name, old) == 0;
  return same ? base : over;
}

const char *declaration_number(arena *a, double number) {
  return text_shortest(arena_get(a, TEXT_NUMBER), number);
}

static const char *names_of(arena *a, const value *list) {
  const char *text = "";
  for (size_t i = 0; i < list->count; i++) {
    if (list->items[i]->type == VALUE_GRID || list->items[i]->type == VALUE_NONE) continue;
    const char *name = declaration_text(a, list->items[i]);
    text = *text ? arena_format(a, "%s+%s", text, name) : name;
  }
  return text;
}

const char *declaration_text(arena *a, const value *node) {
  switch (node->type) {
  case VALUE_BOOL:
    return node->flag ? "true" : "false";
  case VALUE_NUMBER:
    return declaration_number(a, node->number);
  case VALUE_TEXT:
  case VALUE_LABEL:
    return node->text;
  case VALUE_LIST:
    return names_of(a, node);
  case VALUE_MAP:
    return value_get(node, "") ? declaration_text(a, value_get(node, "")) : "";
  case VALUE_NONE:
  case VALUE_NULL:
  case VALUE_GRID:
    break;
  }
  return "";
}
