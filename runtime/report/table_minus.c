#include "report/table_parts.h"

#include "base/text.h"
#include "plan/conditions.h"

#include <string.h>

/* The runs that the conditions fit. */
typedef struct search {
  table_parts *p;
  const char *where, *text; /* for messages */
  size_t *rows, count;
} search;

/* The cells that the runs have in this column. */
static const char *hint_cells(const search *s, const condition *wanted, int column) {
  const char **cells = arena_get(&s->p->memory, (s->count + 1) * sizeof *cells);
  for (size_t i = 0; i < s->count; i++) cells[i] = s->p->runs.cells[s->rows[i]][column];
  return conditions_hint(&s->p->memory, wanted->column, wanted->cells[0], cells, s->count);
}

static status_code find_column(const search *s, const char *column, int *out, failure *err) {
  const csv_table *runs = &s->p->runs;
  *out = csv_table_column(runs, column);
  if (*out >= 0) return STATUS_OK;
  bool near = text_nearest(column, runs->header, runs->columns) != NULL;
  bool fixed = !near && table_is_setting(column);
  if (fixed && s->p->request->partial) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "%s: %s \"%s\"%s", s->where,
                     fixed ? "nothing varies in" : "unknown column", column,
                     fixed ? ": leave that condition out"
                           : text_choices(&s->p->memory, column, runs->header, runs->columns));
}

/* Keeps the runs that have the cell. */
static status_code narrow(search *s, const condition *wanted, failure *err) {
  int column;
  size_t kept = 0;
  status_code status = find_column(s, wanted->column, &column, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < s->count && column >= 0; i++)
    if (conditions_meet(wanted, s->p->runs.cells[s->rows[i]][column])) s->rows[kept++] = s->rows[i];
  if (kept == 0 && !s->p->request->partial)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: no run %shas %s%s", s->where,
                       s->count < s->p->runs.count ? "with the conditions before it " : "",
                       conditions_text(&s->p->memory, wanted), hint_cells(s, wanted, column));
  s->count = kept;
  return STATUS_OK;
}

/* Only the seed may differ between the runs. */
static status_code check_family(const search *s, failure *err) {
  const table_parts *p = s->p;
  const value *columns = p->request->columns;
  for (size_t i = 1; i < s->count; i++)
    for (size_t k = 0; k < columns->count; k++) {
      const char *name = columns->items[k]->text;
      int column = csv_table_column(&p->runs, name);
      if (column < 0 || strcmp(name, "seed") == 0) continue;
      const char *one = p->runs.cells[s->rows[0]][column];
      const char *other = p->runs.cells[s->rows[i]][column];
      if (strcmp(one, other) != 0)
        return failure_set(
            err, STATUS_BAD_CONFIG,
            "%s: fits several rows of the table, with %s \"%s\" and \"%s\"; say which, "
            "such as \"%s,%s=%s\"",
            s->where, name, one, other, s->text, name, one);
    }
  return STATUS_OK;
}

static const size_t *pair_runs(const search *s) {
  table_parts *p = s->p;
  int seed = csv_table_column(&p->runs, "seed");
  size_t *out = arena_get(&p->memory, (p->runs.count + 1) * sizeof *out);
  for (size_t r = 0; r < p->runs.count; r++) {
    out[r] = TABLE_NO_ROW;
    if (s->count && p->families.of_row[r] == p->families.of_row[s->rows[0]]) continue;
    for (size_t i = 0; i < s->count && out[r] == TABLE_NO_ROW; i++)
      if (seed < 0 || strcmp(p->runs.cells[r][seed], p->runs.cells[s->rows[i]][seed]) == 0)
        out[r] = s->rows[i];
  }
  return out;
}

static status_code find_runs(search *s, const conditions *wanted, failure *err) {
  for (size_t r = 0; r < s->p->runs.count; r++) s->rows[s->count++] = r;
  for (size_t i = 0; i < wanted->count; i++) {
    status_code status = narrow(s, &wanted->items[i], err);
    if (status != STATUS_OK) return status;
  }
  return check_family(s, err);
}

status_code table_find_minus(table_parts *p, const char *column, const value *minus,
                             table_source *s, failure *err) {
  arena *a = &p->memory;
  const char *text = minus->type == VALUE_TEXT ? minus->text : "";
  conditions wanted;
  search found = {.p = p, .text = text};
  found.rows = arena_get(a, (p->runs.count + 1) * sizeof *found.rows);
  found.where =
      arena_format(a, "table %s: \"%s\": minus = \"%s\"", p->request->name, s->heading, text);
  if (conditions_parse(a, "minus", text, &wanted, NULL) != STATUS_OK)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: must be column=cell,... such as flow=OT, the row that is subtracted",
                       found.where);
  if (!s->facts)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: subtracts numbers of runs.csv such as nll_min; \"%s\" is not one",
                       found.where, column);
  status_code status = find_runs(&found, &wanted, err);
  if (status != STATUS_OK) return status;
  s->minus = pair_runs(&found);
  if (found.count == 0)
    table_add_note(
        p, arena_format(a, "No run here has %s: nothing to subtract in \"%s\".", text, s->heading));
  return STATUS_OK;
}
