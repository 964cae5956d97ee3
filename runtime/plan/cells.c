#include "plan/cells.h"

#include "base/key_map.h"
#include "base/text.h"
#include "plan/declaration.h"
#include "plan/schema.h"

#include <string.h>

static const value *stage_named(const value *stages, const char *name) {
  for (size_t i = 0; stages && i < stages->count; i++)
    if (strcmp(value_get_text(stages->items[i], "", ""), name) == 0) return stages->items[i];
  return NULL;
}

/* The name that a plugin value, or the names that a flow shows. */
static const char *names(arena *a, const value *node) {
  const char *text = value_get_text(node, "", "");
  const value *stages = value_get(node, "stages");
  for (size_t i = 0; stages && i < stages->count; i++)
    text = arena_format(a, "%s%s%s", text, i ? "+" : "", value_get_text(stages->items[i], "", ""));
  return text;
}

const char *cells_text(arena *a, const value *config, const char *column) {
  const value *node = config;
  bool stage = false;
  char *path = arena_text(a, column);
  for (char *part = path, *dot = path; dot && node; part = dot + 1) {
    dot = strchr(part, '.');
    if (dot) *dot = 0;
    const value *stages = value_get(node, "stages"), *inner = value_get(node, part);
    stage = !inner && stages;
    node = stage ? stage_named(stages, part) : inner;
  }
  if (!node) return "";
  if (stage) return "yes";
  return node->type == VALUE_MAP ? names(a, node) : declaration_text(a, node);
}

value *cells_sort(arena *a, const value *columns) {
  value *sorted = value_new(a, VALUE_LIST);
  for (size_t section = 0; section < SECTIONS; section++)
    for (size_t i = 0; i < columns->count; i++) {
      const char *name = columns->items[i]->text;
      if (schema_section_of(name) == section) value_push(a, sorted, columns->items[i]);
    }
  return sorted;
}

status_code cells_parse(arena *a, const char *only, conditions *out, failure *err) {
  char *rest = arena_text(a, only);
  out->items = arena_get(a, (strlen(only) + 1) * sizeof *out->items);
  out->count = 0;
  for (char *comma = rest; comma; rest = comma + 1) {
    comma = strchr(rest, ',');
    if (comma) *comma = 0;
    char *equals = strchr(rest, '=');
    if (!equals || equals == rest)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "--only %s: must be column=cell,... such as flow.hyperbolize=yes,seed=0",
                         only);
    *equals = 0;
    out->items[out->count++] = (condition){rest, equals + 1};
  }
  return STATUS_OK;
}

const char *cells_hint(arena *a, const condition *wanted, const char *const *cells, size_t count) {
  const char **known = arena_get(a, (count + 1) * sizeof *known);
  size_t found = 0;
  double number;
  key_map seen = key_map_new(a);
  for (size_t i = 0; i < count; i++) {
    if (!*cells[i] || key_map_get_text(&seen, cells[i]) != KEY_MAP_ABSENT) continue;
    key_map_put_text(&seen, cells[i], found);
    known[found++] = cells[i];
  }
  const bool word = !text_number(wanted->cell, &number);
  return arena_format(a, "; %s is %s%s%s", wanted->column, found > 1 ? "one of " : "",
                      found ? text_list(a, known, found) : "empty",
                      word ? text_hint(a, wanted->cell, known, found) : "");
}

bool cells_match(const char *cell, const char *wanted) {
  double x, y;
  if (strcmp(cell, wanted) == 0) return true;
  return text_number(cell, &x) && text_number(wanted, &y) && !(x < y || x > y);
}
