/* The order of a table's rows. */
#include "base/text.h"
#include "report/table_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct sort_cell {
  const char *text;
  double number; /* NAN: the text is not a number */
  bool descending;
} sort_cell;

typedef struct sort_row {
  const sort_cell *cells;
  size_t count, group;
} sort_row;

/* Empty cells are last in both directions. */
static int order_of_cells(const sort_cell *x, const sort_cell *y) {
  const int empty = (*x->text == 0) - (*y->text == 0);
  int order = (x->number > y->number) - (x->number < y->number);
  if (empty) return empty;
  if (isnan(x->number) && isnan(y->number)) order = strcmp(x->text, y->text);
  return x->descending ? -order : order;
}

static int order_of_rows(const void *left, const void *right) {
  const sort_row *x = left, *y = right;
  for (size_t i = 0; i < x->count; i++) {
    const int order = order_of_cells(&x->cells[i], &y->cells[i]);
    if (order) return order;
  }
  return x->group < y->group ? -1 : 1;
}

/* One entry of `sort`: its cells in all rows. */
static status_code add_cells(table_parts *p, const value *entry, sort_cell *cells, size_t step,
                             failure *err) {
  const char *where = arena_format(&p->memory, "table %s: sort", p->request->name);
  const char *column = entries_part(entry, 0);
  table_source s;
  if (!column)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s must be \"column\", { \"column\", descending = true }, or a list of "
                       "these",
                       where);
  status_code status = keys_check(where, entry, KEYS_SORT, err);
  if (status == STATUS_OK) status = table_find_source(p, "", column, &s, err);
  if (status != STATUS_OK) return status;
  for (size_t g = 0; g < p->groups.count; g++) {
    sort_cell *cell = &cells[g * step];
    *cell = (sort_cell){table_cell(p, g, &s), NAN, value_get_bool(entry, "descending", false)};
    if (!text_number(cell->text, &cell->number)) cell->number = NAN;
  }
  return STATUS_OK;
}

status_code table_sort(table_parts *p, failure *err) {
  const value *declared = value_get(p->request->declaration, "sort");
  const bool list = declared && declared->type == VALUE_LIST && declared->count > 0;
  const size_t count = list ? declared->count : declared ? 1 : 0, rows = p->groups.count;
  sort_cell *cells = arena_get(&p->memory, (rows * count + 1) * sizeof *cells);
  sort_row *order = arena_get(&p->memory, (rows + 1) * sizeof *order);
  for (size_t i = 0; i < count; i++) {
    const value *entry = list ? declared->items[i] : declared;
    const status_code status = add_cells(p, entry, cells + i, count, err);
    if (status != STATUS_OK) return status;
  }
  for (size_t g = 0; g < rows; g++) order[g] = (sort_row){cells + g * count, count, g};
  qsort(order, rows, sizeof *order, order_of_rows);
  p->order = arena_get(&p->memory, (rows + 1) * sizeof *p->order);
  for (size_t i = 0; i < rows; i++) p->order[i] = order[i].group;
  return STATUS_OK;
}
