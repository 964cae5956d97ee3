#include "plan/selection.h"

#include "base/text.h"
#include "plan/cells.h"

#include <stdlib.h>
#include <string.h>

static int order_of_rows(const void *x, const void *y) {
  const row *a = x, *b = y;
  size_t first = a->parts[SECTION_SEED]->index, second = b->parts[SECTION_SEED]->index;
  if (first != second) return first < second ? -1 : 1;
  return a->number < b->number ? -1 : a->number > b->number;
}

void selection_sort(product *p) {
  qsort(p->rows, p->count, sizeof *p->rows, order_of_rows);
  for (size_t i = 0; i < p->count; i++) p->rows[i].number = i;
}

static status_code keeps_row(script *lua, const int *functions, size_t count, const value *config,
                             bool *keeps, failure *err) {
  *keeps = true;
  for (size_t k = 0; k < count && *keeps; k++) {
    status_code status = script_keeps(lua, functions[k], config, keeps, err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* Most rules of a script may be other ones: they are not looked at for each row. */
status_code selection_where(product *p, script *lua, const value *rules, failure *err) {
  int *functions = arena_get(p->memory, (rules->count + 1) * sizeof *functions);
  size_t count = 0, kept = 0;
  for (size_t k = 0; k < rules->count; k++) {
    const int function = (int)value_get_number(rules->items[k], "function", 0);
    if (function) functions[count++] = function;
  }
  if (count == 0) return STATUS_OK;
  for (size_t i = 0; i < p->count; i++) {
    bool keeps;
    const value *config = product_config(p, &p->rows[i]);
    status_code status = keeps_row(lua, functions, count, config, &keeps, err);
    if (status != STATUS_OK) return status;
    if (keeps) p->rows[kept++] = p->rows[i];
  }
  p->count = kept;
  return STATUS_OK;
}

/* A condition may ask for a column or for any other path that some run has. */
static status_code check_column(const product *p, const char *only, const char *column,
                                failure *err) {
  const char **known = arena_get(p->memory, (p->columns->count + 1) * sizeof *known);
  for (size_t i = 0; i < p->columns->count; i++) {
    known[i] = p->columns->items[i]->text;
    if (strcmp(known[i], column) == 0) return STATUS_OK;
  }
  for (size_t i = 0; i < p->count; i++)
    if (*cells_text(p->memory, product_config(p, &p->rows[i]), column)) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "--only %s: unknown column \"%s\"%s", only, column,
                     text_choices(p->memory, column, known, p->columns->count));
}

/* Of the rows that are left, keeps those that have the cell. */
static status_code narrow(const product *p, const char *only, const condition *wanted, size_t *left,
                          size_t *count, failure *err) {
  const char **cells = arena_get(p->memory, (*count + 1) * sizeof *cells);
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++) {
    const row *r = &p->rows[left[i]];
    cells[i] = product_cell(p, r, product_config(p, r), wanted->column);
    if (cells_match(cells[i], wanted->cell)) left[kept++] = left[i];
  }
  if (kept == 0)
    return failure_set(err, STATUS_BAD_CONFIG, "--only %s: no run %shas %s=%s%s", only,
                       *count < p->count ? "with the conditions before it " : "", wanted->column,
                       wanted->cell, cells_hint(p->memory, wanted, cells, *count));
  *count = kept;
  return STATUS_OK;
}

/* Marks the rows that meet all conditions of one --only. */
static status_code mark(const product *p, const char *only, bool *chosen, failure *err) {
  conditions wanted;
  size_t *left = arena_get(p->memory, (p->count + 1) * sizeof *left), count = p->count;
  for (size_t i = 0; i < count; i++) left[i] = i;
  status_code status = cells_parse(p->memory, only, &wanted, err);
  for (size_t k = 0; k < wanted.count && status == STATUS_OK; k++) {
    status = check_column(p, only, wanted.items[k].column, err);
    if (status == STATUS_OK) status = narrow(p, only, &wanted.items[k], left, &count, err);
  }
  for (size_t i = 0; i < count; i++) chosen[left[i]] = true;
  return status;
}

status_code selection_only(product *p, const char *const *only, size_t count, failure *err) {
  bool *chosen = arena_get(p->memory, p->count * sizeof *chosen + 1);
  size_t kept = 0;
  for (size_t k = 0; k < count; k++) {
    status_code status = mark(p, only[k], chosen, err);
    if (status != STATUS_OK) return status;
  }
  p->unselected = arena_get(p->memory, p->count * sizeof *p->unselected + 1);
  for (size_t i = 0; i < p->count; i++) {
    const bool selected = count == 0 || chosen[i];
    *(selected ? &p->rows[kept++] : &p->unselected[p->unselected_count++]) = p->rows[i];
  }
  p->count = kept;
  return STATUS_OK;
}

/* A row's configuration or its cells as one text. */
typedef struct key {
  const char *text;
  const row *row;
} key;

static int order_of_keys(const void *x, const void *y) {
  const key *a = x, *b = y;
  int order = strcmp(a->text, b->text);
  if (order) return order;
  return a->row->number < b->row->number ? -1 : a->row->number > b->row->number;
}

/* The first row, in grid order, that has an equal before it; *earlier is that one. */
static const row *repeated(key *keys, size_t count, const row **earlier) {
  const row *found = NULL;
  qsort(keys, count, sizeof *keys, order_of_keys);
  for (size_t i = 1; i < count; i++) {
    if (strcmp(keys[i - 1].text, keys[i].text) != 0) continue;
    if (found && keys[i].row->number > found->number) continue;
    *earlier = keys[i - 1].row;
    found = keys[i].row;
  }
  return found;
}

static const char *hashes(const product *p, const row *r) {
  char *text = arena_get(p->memory, SECTIONS * 32 + 1);
  for (size_t i = 0; i < SECTIONS; i++) memcpy(text + 32 * i, r->parts[i]->hash, 32);
  return text;
}

static const char *cells(const product *p, const row *r, const char *between) {
  const value *config = product_config(p, r);
  const char *text = "";
  for (size_t i = 0; i < p->columns->count; i++) {
    const char *column = p->columns->items[i]->text;
    text = arena_format(p->memory, "%s%s%s=%s", text, i ? between : "", column,
                        product_cell(p, r, config, column));
  }
  return text;
}

status_code selection_check(const product *p, failure *err) {
  key *keys = arena_get(p->memory, (p->count + 1) * sizeof *keys);
  const row *earlier = NULL;
  for (size_t i = 0; i < p->count; i++) keys[i] = (key){hashes(p, &p->rows[i]), &p->rows[i]};
  const row *same = repeated(keys, p->count, &earlier);
  if (same)
    return failure_set(err, STATUS_BAD_CONFIG, "rows %zu and %zu of the grid are the same run (%s)",
                       earlier->number + 1, same->number + 1, cells(p, same, ", "));
  for (size_t i = 0; i < p->count; i++) keys[i] = (key){cells(p, &p->rows[i], "\n"), &p->rows[i]};
  same = repeated(keys, p->count, &earlier);
  if (!same) return STATUS_OK;
  size_t section = 0;
  while (section + 1 < SECTIONS && same->parts[section] == earlier->parts[section]) section++;
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "%s: rows %zu and %zu of the grid differ here, but no column shows it (%s); give "
      "the values names, h.as(\"name\", value)",
      SCHEMA_SECTIONS[section], earlier->number + 1, same->number + 1, cells(p, same, ", "));
}
