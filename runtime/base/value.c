#include "base/value.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

value *value_new(arena *a, value_type type) {
  value *node = arena_get(a, sizeof *node);
  node->type = type;
  return node;
}

value *value_number(arena *a, double number) {
  value *node = value_new(a, VALUE_NUMBER);
  node->number = number == 0 ? 0 : number; /* drops the sign of -0 */
  return node;
}

value *value_text(arena *a, const char *text) {
  value *node = value_new(a, VALUE_TEXT);
  node->text = arena_text(a, text);
  return node;
}

value *value_bool(arena *a, bool flag) {
  value *node = value_new(a, VALUE_BOOL);
  node->flag = flag;
  return node;
}

/* The old arrays stay in the arena; doubling keeps that waste below what is in use. */
static void set_room(arena *a, value *node, size_t room) {
  const value **items = arena_get(a, room * sizeof *items);
  if (node->count) memcpy(items, node->items, node->count * sizeof *items);
  node->items = items;
  node->room = room;
  if (node->type != VALUE_MAP) return;
  const char **keys = arena_get(a, room * sizeof *keys);
  if (node->count) memcpy(keys, node->keys, node->count * sizeof *keys);
  node->keys = keys;
}

static void make_room(arena *a, value *node) {
  if (node->count == node->room) set_room(a, node, node->room ? 2 * node->room : 4);
}

void value_push(arena *a, value *list, const value *item) {
  assert(item);
  make_room(a, list);
  list->items[list->count++] = item;
}

/* Where key is, or where it would be put. */
static size_t place_of(const value *map, const char *key, bool *found) {
  size_t low = 0, high = map->count;
  *found = false;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = strcmp(map->keys[middle], key);
    if (order == 0) *found = true;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void value_put(arena *a, value *map, const char *key, const value *item) {
  assert(item);
  bool found;
  size_t place = place_of(map, key, &found);
  if (found) {
    map->items[place] = item;
    return;
  }
  make_room(a, map);
  size_t after = map->count - place;
  memmove(map->keys + place + 1, map->keys + place, after * sizeof *map->keys);
  memmove(map->items + place + 1, map->items + place, after * sizeof *map->items);
  map->keys[place] = arena_text(a, key);
  map->items[place] = item;
  map->count++;
}

void value_put_text(arena *a, value *map, const char *key, const char *text) {
  value_put(a, map, key, value_text(a, text));
}

void value_put_number(arena *a, value *map, const char *key, double number) {
  value_put(a, map, key, value_number(a, number));
}

const value *value_get(const value *map, const char *key) {
  if (!map || map->type != VALUE_MAP) return NULL;
  bool found;
  size_t place = place_of(map, key, &found);
  return found ? map->items[place] : NULL;
}

/* The item at key where it has this type. */
static const value *get_typed(const value *map, const char *key, value_type type) {
  const value *item = value_get(map, key);
  return item && item->type == type ? item : NULL;
}

const char *value_get_text(const value *map, const char *key, const char *fallback) {
  const value *item = get_typed(map, key, VALUE_TEXT);
  return item ? item->text : fallback;
}

double value_get_number(const value *map, const char *key, double fallback) {
  const value *item = get_typed(map, key, VALUE_NUMBER);
  return item ? item->number : fallback;
}

bool value_get_bool(const value *map, const char *key, bool fallback) {
  const value *item = get_typed(map, key, VALUE_BOOL);
  return item ? item->flag : fallback;
}

value *value_copy(arena *a, const value *node) {
  if (!node) return value_new(a, VALUE_MAP);
  value *copy = arena_get(a, sizeof *copy);
  *copy = *node;
  if (node->count) set_room(a, copy, node->count);
  return copy;
}

static bool items_equal(const value *x, const value *y) {
  if (x->count != y->count) return false;
  for (size_t i = 0; i < x->count; i++) {
    if (x->type == VALUE_MAP && strcmp(x->keys[i], y->keys[i]) != 0) return false;
    if (!value_equal(x->items[i], y->items[i])) return false;
  }
  return true;
}

bool value_equal(const value *x, const value *y) {
  if (x->type != y->type) return false;
  switch (x->type) {
  case VALUE_NULL:
  case VALUE_NONE:
    return true;
  case VALUE_BOOL:
    return x->flag == y->flag;
  case VALUE_NUMBER:
    return !(x->number < y->number || x->number > y->number);
  case VALUE_TEXT:
    return strcmp(x->text, y->text) == 0;
  case VALUE_LABEL:
    return strcmp(x->text, y->text) == 0 && items_equal(x, y);
  case VALUE_LIST:
  case VALUE_MAP:
  case VALUE_GRID:
    return items_equal(x, y);
  }
  return false;
}

const char *value_type_text(const value *node) {
  static const char *const WORDS[] = {
      [VALUE_NULL] = "nothing", [VALUE_BOOL] = "a boolean", [VALUE_NUMBER] = "a number",
      [VALUE_TEXT] = "a text",  [VALUE_LIST] = "a list",    [VALUE_MAP] = "a table",
      [VALUE_GRID] = "a grid",  [VALUE_NONE] = "h.none",    [VALUE_LABEL] = "a labelled value",
  };
  return node ? WORDS[node->type] : WORDS[VALUE_NULL];
}
