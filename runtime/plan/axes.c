#include "plan/axes.h"

#include "base/text.h"
#include "plan/declaration.h"

#include <stdlib.h>
#include <string.h>

typedef struct expansion {
  arena *memory;
  value *columns;
  failure *err;
} expansion;

static status_code expand(expansion *e, const char *path, const value *node, choices *out);

double axes_size(const value *node) {
  if (!node) return 1;
  bool adds = node->type == VALUE_GRID;
  double size = adds ? 0 : 1;
  for (size_t i = 0; i < node->count; i++) {
    double inner = axes_size(node->items[i]);
    size = adds ? size + inner : size * inner;
  }
  return size;
}

void axes_list(arena *a, const char *path, const value *node, value *list) {
  if (!node) return;
  if (node->type == VALUE_GRID)
    value_push(a, list, value_text(a, arena_format(a, "%s %zu", path, node->count)));
  for (size_t i = 0; i < node->count; i++)
    axes_list(a, node->type == VALUE_MAP ? text_path_join(a, path, node->keys[i]) : path,
              node->items[i], list);
}

void axes_add_column(arena *a, value *columns, const char *name) {
  for (size_t i = 0; i < columns->count; i++)
    if (strcmp(columns->items[i]->text, name) == 0) return;
  value_push(a, columns, value_text(a, name));
}

static void append(arena *a, choices *list, const value *node, const value *cells) {
  if (list->count == list->room) {
    list->room = list->room ? 2 * list->room : 4;
    choice *items = arena_get(a, list->room * sizeof *items);
    if (list->count) memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
  }
  list->items[list->count++] = (choice){node, cells};
}

static const value *join_cells(arena *a, const value *first, const value *second) {
  if (!first || !second) return first ? first : second;
  value *both = value_copy(a, first);
  for (size_t i = 0; i < second->count; i++) value_put(a, both, second->keys[i], second->items[i]);
  return both;
}

static const value *with_cell(arena *a, const value *cells, const char *column, const char *text) {
  value *more = value_copy(a, cells);
  value_put_text(a, more, column, text);
  return more;
}

/* Every container so far with every inner choice put in: under key in a MAP, at the end of a LIST
 * (key NULL). */
static void multiply(arena *a, choices *so_far, const char *key, const choices *inner) {
  choices product = {0};
  for (size_t i = 0; i < so_far->count; i++)
    for (size_t k = 0; k < inner->count; k++) {
      const choice *outer = &so_far->items[i], *in = &inner->items[k];
      value *node = value_copy(a, outer->node);
      if (in->node && key) value_put(a, node, key, in->node);
      if (in->node && !key) value_push(a, node, in->node);
      append(a, &product, node, join_cells(a, outer->cells, in->cells));
    }
  *so_far = product;
}

/* The choices of a grid, grids inside it opened: a union. */
static void flatten(arena *a, const value *grid, value *list) {
  for (size_t i = 0; i < grid->count; i++)
    if (grid->items[i]->type == VALUE_GRID)
      flatten(a, grid->items[i], list);
    else
      value_push(a, list, grid->items[i]);
}

static bool has_label(const value *list) {
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i]->type == VALUE_LABEL) return true;
  return false;
}

/* Tables average rows with equal texts as if they were one run. */
static status_code check_texts(expansion *e, const char *path, const char **texts, size_t count) {
  qsort(texts, count, sizeof *texts, text_order);
  for (size_t i = 1; i < count; i++)
    if (strcmp(texts[i - 1], texts[i]) == 0)
      return failure_set(e->err, STATUS_BAD_CONFIG,
                         "%s: two choices of this grid would both be called \"%s\" in tables; give "
                         "them names, h.as(\"name\", value)",
                         path, texts[i]);
  return STATUS_OK;
}

static const value *unlabelled(const value *node) {
  return node->type == VALUE_LABEL ? node->items[0] : node;
}

/* A grid of whole values. */
static status_code expand_axis(expansion *e, const char *path, const value *grid, choices *out) {
  arena *a = e->memory;
  value *list = value_new(a, VALUE_LIST);
  flatten(a, grid, list);
  const char **texts = arena_get(a, list->count * sizeof *texts);
  if (list->count > 1 || has_label(list)) axes_add_column(a, e->columns, path);
  for (size_t i = 0; i < list->count; i++) {
    choices inner = {0};
    status_code status = expand(e, path, unlabelled(list->items[i]), &inner);
    if (status != STATUS_OK) return status;
    texts[i] = declaration_text(a, list->items[i]);
    for (size_t k = 0; k < inner.count; k++)
      append(a, out, inner.items[k].node, with_cell(a, inner.items[k].cells, path, texts[i]));
  }
  return check_texts(e, path, texts, list->count);
}

static const char *entry_name(const value *entry) {
  return declaration_name(unlabelled(entry));
}

/* Cells of one decision: yes (or its label) for the entry chosen, no for the others. */
static const value *presence(expansion *e, const char *path, const value *list, const value *chosen,
                             const value *cells) {
  arena *a = e->memory;
  value *more = value_copy(a, cells);
  const char *name = entry_name(chosen);
  for (size_t i = 0; i < list->count; i++)
    if (entry_name(list->items[i]))
      value_put_text(a, more, text_path_join(a, path, entry_name(list->items[i])), "no");
  bool labelled = chosen->type == VALUE_LABEL;
  if (name) value_put_text(a, more, text_path_join(a, path, name), labelled ? chosen->text : "yes");
  return more;
}

/* A grid as an entry of a list. */
static status_code expand_entry(expansion *e, const char *path, const value *grid, choices *out) {
  arena *a = e->memory;
  value *list = value_new(a, VALUE_LIST);
  flatten(a, grid, list);
  const char **texts = arena_get(a, list->count * sizeof *texts);
  bool column = list->count > 1 || has_label(list);
  for (size_t i = 0; column && i < list->count; i++)
    if (entry_name(list->items[i]))
      axes_add_column(a, e->columns, text_path_join(a, path, entry_name(list->items[i])));
  for (size_t i = 0; i < list->count; i++) {
    const value *entry = list->items[i];
    choices inner = {0};
    status_code status =
        expand(e, text_path_join(a, path, entry_name(entry)), unlabelled(entry), &inner);
    if (status != STATUS_OK) return status;
    texts[i] = declaration_text(a, entry);
    for (size_t k = 0; k < inner.count; k++)
      append(a, out, inner.items[k].node,
             column ? presence(e, path, list, entry, inner.items[k].cells) : inner.items[k].cells);
  }
  return check_texts(e, path, texts, list->count);
}

static status_code expand_list(expansion *e, const char *path, const value *list, choices *out) {
  append(e->memory, out, value_new(e->memory, VALUE_LIST), NULL);
  for (size_t i = 0; i < list->count; i++) {
    const value *entry = list->items[i];
    choices inner = {0};
    bool scalar = entry->type == VALUE_TEXT || entry->type == VALUE_NUMBER;
    status_code status =
        entry->type == VALUE_GRID
            ? expand_entry(e, path, entry, &inner)
            : expand(e, scalar ? path : text_path_join(e->memory, path, entry_name(entry)), entry,
                     &inner);
    if (status != STATUS_OK) return status;
    multiply(e->memory, out, NULL, &inner);
  }
  return STATUS_OK;
}

static status_code expand_map(expansion *e, const char *path, const value *map, choices *out) {
  append(e->memory, out, value_new(e->memory, VALUE_MAP), NULL);
  for (size_t i = 0; i < map->count; i++) {
    choices inner = {0};
    status_code status =
        expand(e, text_path_join(e->memory, path, map->keys[i]), map->items[i], &inner);
    if (status != STATUS_OK) return status;
    multiply(e->memory, out, map->keys[i], &inner);
  }
  return STATUS_OK;
}

static status_code expand_label(expansion *e, const char *path, const value *label, choices *out) {
  axes_add_column(e->memory, e->columns, path);
  status_code status = expand(e, path, label->items[0], out);
  for (size_t i = 0; i < out->count; i++)
    out->items[i].cells = with_cell(e->memory, out->items[i].cells, path, label->text);
  return status;
}

static status_code expand(expansion *e, const char *path, const value *node, choices *out) {
  switch (node ? node->type : VALUE_NONE) {
  case VALUE_GRID:
    return expand_axis(e, path, node, out);
  case VALUE_LABEL:
    return expand_label(e, path, node, out);
  case VALUE_LIST:
    return expand_list(e, path, node, out);
  case VALUE_MAP:
    return expand_map(e, path, node, out);
  case VALUE_NONE:
    append(e->memory, out, NULL, NULL);
    return STATUS_OK;
  case VALUE_NULL:
  case VALUE_BOOL:
  case VALUE_NUMBER:
  case VALUE_TEXT:
    break;
  }
  append(e->memory, out, node, NULL);
  return STATUS_OK;
}

status_code axes_expand(arena *a, const char *path, const value *node, value *columns, choices *out,
                        failure *err) {
  expansion e = {a, columns, err};
  *out = (choices){0};
  return expand(&e, path, node, out);
}
