#include "plan/cells.h"

#include "base/text.h"
#include "host/params.h"
#include "plan/declaration.h"
#include "plan/schema.h"

#include <string.h>

/* The name that a plugin value, or the names that a flow shows. */
static const char *names(arena *a, const value *node) {
  const char *text = value_get_text(node, "", "");
  const value *stages = value_get(node, "stages");
  for (size_t i = 0; stages && i < stages->count; i++)
    text = arena_format(a, "%s%s%s", text, i ? "+" : "", value_get_text(stages->items[i], "", ""));
  return text;
}

/* The setting with the content of the data file that a column names; NULL for other columns. */
static const char *content_of(const char *column) {
  static const char *const FILES[][2] = {{"dataset.path", "content"},
                                         {"dataset.test_path", "test_content"},
                                         {"dataset.validation_path", "validation_content"},
                                         {"dataset.train_file", "train_content"},
                                         {"dataset.test_file", "test_content"}};
  for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
    if (strcmp(column, FILES[i][0]) == 0) return FILES[i][1];
  return NULL;
}

static const char *last_part(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static const char *named_content(arena *a, const char *path, const char *content) {
  return arena_format(a, "%s (%.8s)", last_part(path), content);
}

/* The node at a column's path, NULL where there is none; *stage: it is a stage of the flow. */
static const value *node_at(arena *a, const value *config, const char *column, bool *stage) {
  const value *node = config;
  char *path = arena_text(a, column);
  *stage = false;
  for (char *part = path, *dot = path; dot && node; part = dot + 1) {
    dot = strchr(part, '.');
    if (dot) *dot = 0;
    const value *stages = value_get(node, "stages"), *inner = value_get(node, part);
    *stage = !inner && stages;
    node = *stage ? declaration_stage(stages, part) : inner;
  }
  return node;
}

const char *cells_text(arena *a, const value *config, const char *column) {
  bool stage;
  const value *node = node_at(a, config, column, &stage);
  if (!node) return "";
  if (stage) return "yes";
  if (params_is_file(node)) return last_part(value_get_text(node, PARAMS_PATH, ""));
  if (content_of(column)) return last_part(node->text);
  return node->type == VALUE_MAP ? names(a, node) : declaration_text(a, node);
}

const char *cells_files(arena *a, const value *config, const char *column) {
  bool stage;
  const value *node = node_at(a, config, column, &stage);
  const value *dataset = value_get(config, SCHEMA_SECTIONS[SECTION_DATASET]);
  if (!node) return NULL;
  if (params_is_file(node))
    return named_content(a, value_get_text(node, PARAMS_PATH, ""),
                         value_get_text(node, PARAMS_CONTENT, ""));
  const char *content = content_of(column);
  if (content) return named_content(a, node->text, value_get_text(dataset, content, ""));
  if (strcmp(column, "dataset.folder") != 0) return NULL;
  return arena_format(a, "(%.8s, %.8s)", value_get_text(dataset, "train_content", ""),
                      value_get_text(dataset, "test_content", ""));
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

bool cells_match(const char *cell, const char *wanted) {
  double x, y;
  if (strcmp(cell, wanted) == 0) return true;
  return text_number(cell, &x) && text_number(wanted, &y) && !(x < y || x > y);
}
