#include "report/table_parts.h"

#include "base/text.h"
#include "plan/cells.h"

#include <math.h>
#include <string.h>

/* A setting of the paper's CSV may not vary in this grid; a file without any setting says nothing
 * about it. */
static status_code check_paper(table_parts *p, const char *file, failure *err) {
  arena *a = &p->memory;
  const csv_table *runs = &p->runs, *paper = &p->paper;
  const char *hint = "";
  for (size_t i = 0; i < paper->columns; i++) {
    if (table_is_setting(paper->header[i])) return STATUS_OK;
    if (!*hint) hint = text_hint(a, paper->header[i], runs->header, runs->columns);
  }
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "table %s: paper = \"%s\" has no column of settings such as \"flow\", by which "
      "its rows could be found; its columns are %s%s",
      p->request->name, file, text_list(a, paper->header, paper->columns), hint);
}

static status_code read_paper(table_parts *p, failure *err) {
  const table_request *t = p->request;
  const char *file = value_get_text(t->declaration, "paper", NULL);
  if (!file) return STATUS_OK;
  status_code status =
      csv_table_read_any(&p->paper, arena_format(&p->memory, "%s/%s", t->script_folder, file), err);
  if (status != STATUS_OK) return status;
  p->shared = arena_get(&p->memory, (t->columns->count + 1) * sizeof *p->shared);
  for (size_t i = 0; i < t->columns->count; i++) {
    const char *column = t->columns->items[i]->text;
    int run = csv_table_column(&p->runs, column), paper = csv_table_column(&p->paper, column);
    if (run < 0 || paper < 0 || strcmp(column, "seed") == 0) continue;
    p->shared[p->joins][0] = (size_t)run;
    p->shared[p->joins++][1] = (size_t)paper;
  }
  return p->joins ? STATUS_OK : check_paper(p, file, err);
}

/* The rows of the table come first, those that `only` leaves out behind them. */
static void order_runs(table_parts *p, const csv_table *runs, const bool *shown) {
  size_t count = 0;
  p->all = *runs;
  p->all.cells = arena_get(&p->memory, (runs->count + 1) * sizeof *p->all.cells);
  p->places = arena_get(&p->memory, (runs->count + 1) * sizeof *p->places);
  for (size_t r = 0; r < runs->count; r++)
    if (shown[r]) p->places[count++] = r;
  p->runs = p->all;
  p->runs.count = count;
  for (size_t r = 0; r < runs->count; r++)
    if (!shown[r]) p->places[count++] = r;
  for (size_t i = 0; i < count; i++) p->all.cells[i] = runs->cells[p->places[i]];
}

static status_code choose_runs(table_parts *p, const csv_table *runs, failure *err) {
  const table_request *t = p->request;
  const row_filter filter = {&p->memory, runs, arena_format(&p->memory, "table %s", t->name),
                             t->partial};
  const char *text;
  bool *shown = arena_get(&p->memory, runs->count + 1);
  status_code status =
      row_filter_only(&filter, value_get(t->declaration, "only"), shown, &text, err);
  order_runs(p, runs, shown);
  if (status == STATUS_OK && *text && p->runs.count == 0)
    table_add_note(p, arena_format(&p->memory, "No run here has %s.", text));
  return status;
}

status_code table_open(table_parts *p, const table_request *request, const csv_table *runs,
                       failure *err) {
  *p = (table_parts){.request = request, .spread = -1};
  p->notes = value_new(&p->memory, VALUE_LIST);
  p->known = columns_of(&p->memory, request->metrics);
  csv_table all = *runs;
  status_code status = table_add_extras(p, &all, err);
  if (status == STATUS_OK) status = choose_runs(p, &all, err);
  if (status != STATUS_OK) return status;
  groups_of_data(&p->memory, &p->runs, request->columns, &p->data);
  groups_find(&p->memory, &p->runs, request->columns, false, &p->families);
  return read_paper(p, err);
}

const column_facts *table_facts(const table_parts *p, const char *column) {
  const column_facts *extra = table_extra_facts(column);
  return extra ? extra : columns_in_runs(&p->known, column);
}

void table_add_note(table_parts *p, const char *text) {
  value_push(&p->memory, p->notes, value_text(&p->memory, text));
}

void table_close(table_parts *p) {
  paired_close(&p->paired);
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

bool table_applies(const table_parts *p, const table_source *s, size_t row) {
  return !s->spread || strcmp(p->runs.cells[row][p->spread], s->spread) == 0;
}

size_t table_count(const table_parts *p, const table_source *s, size_t group) {
  size_t count = 0;
  for (size_t i = p->groups.start[group]; i < p->groups.start[group + 1]; i++)
    count += table_applies(p, s, p->groups.rows[i]);
  return count;
}

double table_unit(const table_parts *p, const table_source *s, size_t row) {
  if (!(s->unit > 0)) return 1;
  return s->dimensions < 0 ? NAN : s->unit * number_at(p, row, s->dimensions);
}

double table_number(const table_parts *p, const table_source *s, size_t row) {
  if (!table_applies(p, s, row)) return NAN;
  double x = number_at(p, row, s->run);
  if (s->minus) x = s->minus[row] == TABLE_NO_ROW ? NAN : x - number_at(p, s->minus[row], s->run);
  return x / table_unit(p, s, row);
}

const char *table_paper_cell(const table_parts *p, const char **run, int column) {
  const char *found = "";
  size_t fits = 0;
  for (size_t r = 0; p->joins && r < p->paper.count; r++) {
    size_t equal = 0;
    for (size_t k = 0; k < p->joins; k++)
      equal += cells_match(run[p->shared[k][0]], p->paper.cells[r][p->shared[k][1]]);
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
                        .facts = table_facts(p, column)};
  if (out->run >= 0 && out->facts) return STATUS_OK;
  const char **known = arena_get(&p->memory, (p->runs.columns + 1) * sizeof *known);
  for (size_t i = 0; i < p->runs.columns; i++)
    if (table_facts(p, p->runs.header[i])) known[count++] = p->runs.header[i];
  return failure_set(err, STATUS_BAD_CONFIG, "table %s: %s: runs.csv has no number \"%s\"%s",
                     p->request->name, where, column,
                     text_choices(&p->memory, column, known, count));
}
