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

/* The last variants are those of h.also. */
status_code selection_also(const product *p, const value *rules, failure *err) {
  size_t count = 0, *kept = arena_get(p->memory, (p->variants + 1) * sizeof *kept);
  for (size_t i = 0; i < p->count; i++) kept[p->rows[i].variant]++;
  for (size_t k = 0; k < rules->count; k++)
    count += strcmp(value_get_text(rules->items[k], "rule", ""), "also") == 0;
  for (size_t k = 0; k < count; k++)
    if (kept[p->variants - count + k] == 0)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "also: h.where leaves out every row of h.also number %zu, so it adds "
                         "nothing; h.where must return true for its rows",
                         k + 1);
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
    return failure_set(
        err, STATUS_BAD_CONFIG, "rows %zu and %zu of the grid are the same run (%s)%s",
        earlier->number + 1, same->number + 1, cells(p, same, ", "),
        same->variant > earlier->variant ? "; an h.also or h.zip adds it again" : "");
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
