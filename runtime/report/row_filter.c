#include "report/row_filter.h"

#include "base/text.h"
#include "plan/schema.h"

#include <string.h>

/* ---- conditions ------------------------------------------------------------------------------ */

static const char *cell_of(arena *a, const value *node) {
  if (node->type == VALUE_TEXT) return node->text;
  if (node->type == VALUE_NUMBER) return text_shortest(arena_get(a, TEXT_NUMBER), node->number);
  return node->type == VALUE_BOOL ? node->flag ? "yes" : "no" : NULL;
}

static status_code read_map(arena *a, const value *map, conditions *out, const char **text) {
  out->items = arena_get(a, (map->count + 1) * sizeof *out->items);
  for (size_t i = 0; i < map->count; i++) {
    const char *cell = cell_of(a, map->items[i]);
    if (!*map->keys[i] || !cell) return STATUS_BAD_CONFIG;
    condition *one = &out->items[out->count++];
    *one =
        (condition){.column = map->keys[i], .cells = arena_get(a, sizeof *one->cells), .count = 1};
    one->cells[0] = cell;
    *text = arena_format(a, "%s%s%s", *text, i ? "," : "", conditions_text(a, one));
  }
  return map->count ? STATUS_OK : STATUS_BAD_CONFIG;
}

status_code row_filter_read(arena *a, const value *declared, conditions *out, const char **text) {
  *out = (conditions){0};
  *text = declared->type == VALUE_TEXT ? declared->text : "";
  return declared->type == VALUE_MAP ? read_map(a, declared, out, text)
                                     : conditions_parse(a, "only", *text, out, NULL);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static status_code find_column(const row_filter *f, const char *column, int *out, failure *err) {
  const csv_table *rows = f->rows;
  *out = csv_table_column(rows, column);
  if (*out >= 0) return STATUS_OK;
  const bool near = text_nearest(column, rows->header, rows->columns) != NULL;
  const bool fixed = !near && schema_section_of(column) < SECTIONS;
  if (fixed && f->partial) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "%s: %s \"%s\"%s", f->where,
                     fixed ? "nothing varies in" : "unknown column", column,
                     fixed ? ": leave that condition out"
                           : text_choices(f->memory, column, rows->header, rows->columns));
}

/* Of the rows that are left, keeps those that have the cell. */
static status_code narrow(const row_filter *f, const condition *wanted, size_t *left, size_t *count,
                          failure *err) {
  const char **cells = arena_get(f->memory, (*count + 1) * sizeof *cells);
  size_t kept = 0;
  int column;
  status_code status = find_column(f, wanted->column, &column, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < *count && column >= 0; i++) {
    cells[i] = f->rows->cells[left[i]][column];
    if (conditions_meet(wanted, cells[i])) left[kept++] = left[i];
  }
  if (kept == 0 && !f->partial)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: no run %shas %s%s", f->where,
                       *count < f->rows->count ? "with the conditions before it " : "",
                       conditions_text(f->memory, wanted),
                       conditions_hint(f->memory, wanted->column, wanted->cells[0], cells, *count));
  *count = kept;
  return STATUS_OK;
}

status_code row_filter_fit(const row_filter *f, const conditions *wanted, bool *fits,
                           failure *err) {
  size_t *left = arena_get(f->memory, (f->rows->count + 1) * sizeof *left), count = f->rows->count;
  for (size_t i = 0; i < count; i++) left[i] = i;
  for (size_t i = 0; i < wanted->count; i++) {
    const status_code status = narrow(f, &wanted->items[i], left, &count, err);
    if (status != STATUS_OK) return status;
  }
  for (size_t i = 0; i < count; i++) fits[left[i]] = true;
  return STATUS_OK;
}

static status_code add_fitting(const row_filter *f, const value *declared, bool *fits,
                               const char **text, failure *err) {
  conditions wanted;
  row_filter one = *f;
  if (row_filter_read(f->memory, declared, &wanted, text) != STATUS_OK)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: only must be conditions such as \"flow=OT,seed=0\" or "
                       "{ flow = \"OT\" }, or a list of these, of which one must fit",
                       f->where);
  one.where = arena_format(f->memory, "%s: only = \"%s\"", f->where, *text);
  return row_filter_fit(&one, &wanted, fits, err);
}

status_code row_filter_only(const row_filter *f, const value *declared, bool *fits,
                            const char **text, failure *err) {
  *text = "";
  for (size_t r = 0; !declared && r < f->rows->count; r++) fits[r] = true;
  if (!declared) return STATUS_OK;
  if (declared->type != VALUE_LIST || declared->count == 0)
    return add_fitting(f, declared, fits, text, err);
  for (size_t i = 0; i < declared->count; i++) {
    const char *one;
    const status_code status = add_fitting(f, declared->items[i], fits, &one, err);
    if (status != STATUS_OK) return status;
    *text = i ? arena_format(f->memory, "%s or %s", *text, one) : one;
  }
  return STATUS_OK;
}
