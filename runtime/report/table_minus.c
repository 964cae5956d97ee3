#include "report/table_parts.h"

#include "base/text.h"

#include <string.h>

/* A declared difference. */
typedef struct difference {
  table_parts *p;
  const char *where, *text; /* for messages */
  const conditions *wanted;
  bool *fits; /* [all runs] the conditions fit */
  int *equal; /* [equal_count] columns in which a run and its baseline agree */
  size_t equal_count;
} difference;

/* A condition frees its column and what is below it: OT has no flow.hyperbolize. Data is never
 * free: its numbers cannot be compared. */
static bool is_free(const difference *d, const char *column) {
  for (size_t i = 0; i < d->wanted->count && !groups_is_data(column); i++) {
    const char *name = d->wanted->items[i].column;
    const size_t length = strlen(name);
    if (strncmp(column, name, length) == 0 && (!column[length] || column[length] == '.'))
      return true;
  }
  return false;
}

static void find_equal(difference *d) {
  const value *columns = d->p->request->columns;
  const int seed = csv_table_column(&d->p->all, "seed");
  d->equal = arena_get(&d->p->memory, (columns->count + 2) * sizeof *d->equal);
  if (seed >= 0) d->equal[d->equal_count++] = seed;
  for (size_t i = 0; i < columns->count; i++) {
    const int column = csv_table_column(&d->p->all, columns->items[i]->text);
    if (column >= 0 && column != seed && !is_free(d, columns->items[i]->text))
      d->equal[d->equal_count++] = column;
  }
}

static bool is_baseline(const difference *d, size_t row, size_t other) {
  const char ***cells = d->p->all.cells;
  for (size_t i = 0; i < d->equal_count; i++)
    if (strcmp(cells[row][d->equal[i]], cells[other][d->equal[i]]) != 0) return false;
  return d->fits[other];
}

static status_code fail_several(const difference *d, size_t one, size_t other, failure *err) {
  const csv_table *all = &d->p->all;
  const value *columns = d->p->request->columns;
  const char *name = "", *x = "", *y = "";
  for (size_t i = 0; i < columns->count && strcmp(x, y) == 0; i++) {
    const int column = csv_table_column(all, columns->items[i]->text);
    if (column < 0) continue;
    name = columns->items[i]->text;
    x = all->cells[one][column];
    y = all->cells[other][column];
  }
  return failure_set(err, STATUS_BAD_CONFIG,
                     "%s: fits several rows of the table, with %s \"%s\" and \"%s\"; say which, "
                     "such as \"%s,%s=%s\"",
                     d->where, name, x, y, d->text, name, x);
}

/* For each run of the table the one that is subtracted. */
static status_code pair_runs(const difference *d, size_t *pairs, failure *err) {
  const table_parts *p = d->p;
  size_t others = 0, paired = 0, fitting = 0;
  for (size_t k = 0; k < p->all.count; k++) fitting += d->fits[k];
  for (size_t r = 0; r < p->runs.count; r++) {
    pairs[r] = TABLE_NO_ROW;
    for (size_t k = 0; k < p->all.count && !d->fits[r]; k++) {
      if (!is_baseline(d, r, k)) continue;
      if (pairs[r] != TABLE_NO_ROW) return fail_several(d, pairs[r], k, err);
      pairs[r] = k;
    }
    others += !d->fits[r];
    paired += pairs[r] != TABLE_NO_ROW;
  }
  if (paired > 0 || others == 0 || fitting == 0 || p->request->partial) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "%s: no row has a row to subtract: one with these cells that is equal to it "
                     "in data, seed and all other settings",
                     d->where);
}

static status_code find_fitting(difference *d, failure *err) {
  table_parts *p = d->p;
  const row_filter filter = {&p->memory, &p->all, d->where, p->request->partial};
  d->fits = arena_get(&p->memory, p->all.count + 1);
  return row_filter_fit(&filter, d->wanted, d->fits, err);
}

static void note_nothing(difference *d, const char *heading) {
  for (size_t r = 0; r < d->p->all.count; r++)
    if (d->fits[r]) return;
  table_add_note(d->p,
                 arena_format(&d->p->memory, "No run here has %s: nothing to subtract in \"%s\".",
                              d->text, heading));
}

status_code table_find_minus(table_parts *p, const char *column, const value *minus,
                             table_source *s, failure *err) {
  arena *a = &p->memory;
  conditions wanted;
  difference d = {.p = p, .wanted = &wanted};
  const bool readable = row_filter_read(a, minus, &wanted, &d.text) == STATUS_OK;
  d.where =
      arena_format(a, "table %s: \"%s\": minus = \"%s\"", p->request->name, s->heading, d.text);
  if (!readable)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: must be \"flow=OT\" or { flow = \"OT\" }: the cells of the rows that "
                       "are subtracted",
                       d.where);
  if (!s->facts)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: subtracts numbers of runs.csv such as nll_min; \"%s\" is not one",
                       d.where, column);
  status_code status = find_fitting(&d, err);
  if (status != STATUS_OK) return status;
  find_equal(&d);
  size_t *pairs = arena_get(a, (p->runs.count + 1) * sizeof *pairs);
  status = pair_runs(&d, pairs, err);
  s->minus = pairs;
  note_nothing(&d, s->heading);
  return status;
}
