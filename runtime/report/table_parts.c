#include "report/table_parts.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static status_code read_paper(table_parts *p, failure *err) {
  const table_request *t = p->request;
  const char *file = value_get_text(t->declaration, "paper", NULL);
  if (!file) return STATUS_OK;
  status_code status =
      csv_table_read(&p->paper, arena_format(&p->memory, "%s/%s", t->script_folder, file), err);
  if (status != STATUS_OK) return status;
  p->shared = arena_get(&p->memory, (t->columns->count + 1) * sizeof *p->shared);
  for (size_t i = 0; i < t->columns->count; i++) {
    const char *column = t->columns->items[i]->text;
    int run = csv_table_column(&p->runs, column), paper = csv_table_column(&p->paper, column);
    if (run < 0 || paper < 0 || strcmp(column, "seed") == 0) continue;
    p->shared[p->joins][0] = (size_t)run;
    p->shared[p->joins++][1] = (size_t)paper;
  }
  return STATUS_OK;
}

status_code table_open(table_parts *p, const table_request *request, const csv_table *runs,
                       failure *err) {
  *p = (table_parts){.request = request, .runs = *runs};
  p->notes = value_new(&p->memory, VALUE_LIST);
  p->known = columns_of(&p->memory, request->metrics);
  groups_find(&p->memory, &p->runs, request->columns, false, &p->families);
  return read_paper(p, err);
}

void table_add_note(table_parts *p, const char *text) {
  value_push(&p->memory, p->notes, value_text(&p->memory, text));
}

void table_close(table_parts *p) {
  csv_table_close(&p->paper);
  arena_close(&p->memory);
}

const char **table_first_run(const table_parts *p, const row_groups *groups, size_t group) {
  return p->runs.cells[groups->rows[groups->start[group]]];
}

static double number_at(const table_parts *p, size_t row, int column) {
  double x;
  return text_number(p->runs.cells[row][column], &x) ? x : NAN;
}

double table_number(const table_parts *p, const table_source *s, size_t row) {
  double x = number_at(p, row, s->run);
  if (s->minus) x = s->minus[row] == TABLE_NO_ROW ? NAN : x - number_at(p, s->minus[row], s->run);
  if (s->unit > 0) x /= s->dimensions < 0 ? NAN : s->unit * number_at(p, row, s->dimensions);
  return x;
}

const char *table_paper_cell(const table_parts *p, const char **run, int column) {
  const char *found = "";
  size_t fits = 0;
  for (size_t r = 0; p->joins && r < p->paper.count; r++) {
    size_t equal = 0;
    for (size_t k = 0; k < p->joins; k++)
      equal += strcmp(run[p->shared[k][0]], p->paper.cells[r][p->shared[k][1]]) == 0;
    if (equal < p->joins) continue;
    fits++;
    found = p->paper.cells[r][column];
  }
  return fits == 1 ? found : "";
}

status_code table_find_number(table_parts *p, const char *where, const char *column,
                              table_source *out, failure *err) {
  size_t count = 0;
  *out = (table_source){.heading = column,
                        .run = csv_table_column(&p->runs, column),
                        .paper = -1,
                        .facts = columns_in_runs(&p->known, column)};
  if (out->run >= 0 && out->facts) return STATUS_OK;
  const char **known = arena_get(&p->memory, (p->runs.columns + 1) * sizeof *known);
  for (size_t i = 0; i < p->runs.columns; i++)
    if (columns_in_runs(&p->known, p->runs.header[i])) known[count++] = p->runs.header[i];
  return failure_set(err, STATUS_BAD_CONFIG, "table %s: %s: runs.csv has no number \"%s\"%s",
                     p->request->name, where, column,
                     text_choices(&p->memory, column, known, count));
}
