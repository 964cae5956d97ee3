/* Settings as a tree: what Lua scripts, JSON files and command lines are turned into.
 *
 * Nodes live in an arena. Trees share nodes, so a node is changed only while it is being built;
 * value_copy gives a new one to build on. Maps keep their keys sorted, so equal maps are written
 * alike. */
#ifndef BASE_VALUE_H
#define BASE_VALUE_H

#include "base/memory.h"

#include <stdbool.h>

typedef enum value_type {
  VALUE_NULL,
  VALUE_BOOL,
  VALUE_NUMBER, /* finite; -0 is stored as 0 */
  VALUE_TEXT,
  VALUE_LIST,
  VALUE_MAP,
  /* only in what a script declares, never in a resolved configuration: */
  VALUE_GRID, /* a list of choices */
  VALUE_NONE, /* "no element" in a list, "remove" in a merge */
  VALUE_LABEL /* h.as(label, value): text is the label, items[0] the value */
} value_type;

typedef struct value {
  value_type type;
  bool flag;
  double number;
  const char *text;
  size_t count;      /* LIST, GRID, MAP, LABEL */
  const char **keys; /* MAP, sorted */
  const struct value **items;
  size_t room; /* items allocated; only value_push and value_put look at it */
} value;

value *value_new(arena *a, value_type type);
value *value_number(arena *a, double number);
value *value_text(arena *a, const char *text);
value *value_bool(arena *a, bool flag);

/* While building: append to a LIST or GRID; set a key of a MAP (replacing an equal key). */
void value_push(arena *a, value *list, const value *item);
void value_put(arena *a, value *map, const char *key, const value *item);
void value_put_text(arena *a, value *map, const char *key, const char *text);
void value_put_number(arena *a, value *map, const char *key, double number);

/* NULL where there is no such key (or the node is not a map). */
const value *value_get(const value *map, const char *key);
/* The text or number at a key, or the fallback where it is absent or of another type. */
const char *value_get_text(const value *map, const char *key, const char *fallback);
double value_get_number(const value *map, const char *key, double fallback);
bool value_get_bool(const value *map, const char *key, bool fallback);

/* A shallow copy of a map, list or grid (or a new empty map when NULL) that may be built on. */
value *value_copy(arena *a, const value *node);

bool value_equal(const value *x, const value *y);

/* A word for messages: "a number", "a table", ... */
const char *value_type_text(const value *node);

#endif
