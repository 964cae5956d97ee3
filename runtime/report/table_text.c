#include "report/table_parts.h"

#include "job/run_status.h"

#include <math.h>
#include <string.h>

/* ---- cells ----------------------------------------------------------------------------------- */

static const char *rounded(arena *a, const char *cell, int digits) {
  double number;
  if (digits < 0 || !text_number(cell, &number)) return cell;
  return format_fixed(arena_get(a, FORMAT_ROOM), number, digits);
}

/* Of the runs whose number a cell shows, those that diverged later. */
static size_t diverged_in(const table_parts *p, const table_source *s, size_t group) {
  const int status = csv_table_column(&p->runs, "status");
  size_t count = 0;
  for (size_t i = p->groups.start[group]; status >= 0 && i < p->groups.start[group + 1]; i++) {
    const size_t run = p->groups.rows[i];
    count += run_status_of(p->runs.cells[run][status]) == RUN_DIVERGED &&
             !isnan(table_number(p, s, run));
  }
  return count;
}

/* "(2 of 3, 1 diverged)", and nothing where the cell is of as many runs as all others, which a
 * line says once. */
static const char *count_text(arena *a, const table_parts *p, const char *n, size_t runs,
                              size_t diverged) {
  const char *all = arena_format(a, "%zu", runs);
  const bool complete = strcmp(n, all) == 0;
  if (complete && !diverged && p->common) return "";
  if (!complete) n = arena_format(a, "%s of %s", n, all);
  return diverged ? arena_format(a, " (%s, %zu diverged)", n, diverged)
                  : arena_format(a, " (%s)", n);
}

static const char *number_cell(arena *a, const table_parts *p, const char **row,
                               const table_source *s, size_t group) {
  const size_t runs = table_count(p, s, group), diverged = diverged_in(p, s, group);
  const char *mean = rounded(a, row[s->at], s->digits);
  const char *n = runs > 1   ? count_text(a, p, row[s->at + 2], runs, diverged)
                  : diverged ? " (diverged)"
                             : "";
  const char *error = s->by_points ? row[s->error_at] : runs > 1 ? row[s->at + 1] : "";
  if (*error) return arena_format(a, "%s ± %s%s", mean, rounded(a, error, s->digits), n);
  return arena_format(a, "%s%s%s", mean, s->by_points ? " ± " TABLE_GAP : "", n);
}

/* A section's own column, such as flow, has names, which may be the word yes. */
static bool is_name(const table_parts *p, const table_source *s) {
  return !strchr(p->runs.header[s->run], '.');
}

static const char *cell_of(arena *a, const table_parts *p, const csv_table *csv, size_t r,
                           const table_source *s) {
  const char *cell = csv->cells[r][s->at];
  if (!*cell) return TABLE_GAP;
  if (s->facts) return number_cell(a, p, csv->cells[r], s, p->order[r]);
  if (s->paper >= 0) return rounded(a, cell, s->digits);
  if (is_name(p, s)) return cell;
  if (strcmp(cell, "yes") == 0) return "✓";
  if (strcmp(cell, "no") == 0) return "✗";
  return cell;
}

/* ---- the grid -------------------------------------------------------------------------------- */

static void fill_source(arena *a, format_grid *grid, const table_parts *p, const csv_table *csv,
                        size_t c) {
  const table_source *s = &p->sources[c];
  grid->cells[c] = s->heading;
  for (size_t r = 0; r < csv->count; r++)
    grid->cells[(r + 1) * grid->columns + c] = cell_of(a, p, csv, r, s);
}

static void fill_ranks(format_grid *grid, bool *right, const table_parts *p, const csv_table *csv) {
  const int rank = csv_table_column(csv, TABLE_RANK);
  right[p->count] = p->groups.count == p->runs.count;
  grid->cells[p->count] = "Rank";
  for (size_t r = 0; r < csv->count; r++)
    grid->cells[(r + 1) * grid->columns + p->count] = csv->cells[r][rank];
}

/* Without the cells of style->runs. */
static format_grid make_grid(arena *a, const table_parts *p, const csv_table *csv,
                             const table_style *style) {
  const size_t columns = p->count + (p->ranks ? 1 : 0) + (style->runs ? 1 : 0);
  bool *right = arena_get(a, columns + 1);
  format_grid grid = {.columns = columns, .rows = csv->count + 1, .right = right};
  grid.cells = arena_get(a, (grid.rows * columns + 1) * sizeof *grid.cells);
  for (size_t c = 0; c < p->count; c++) {
    right[c] = p->sources[c].paper >= 0 || p->sources[c].facts;
    fill_source(a, &grid, p, csv, c);
  }
  if (p->ranks) fill_ranks(&grid, right, p, csv);
  for (size_t r = 0; r < grid.rows && style->runs; r++)
    grid.cells[(r + 1) * columns - 1] = r ? "" : "Runs";
  return grid;
}

static const char *escaped(arena *a, const char *text, const table_style *style) {
  return style->escape ? style->escape(a, text) : text;
}

static void add_grid(text_buffer *out, const table_parts *p, const csv_table *csv,
                     const table_style *style) {
  arena memory = {0};
  format_grid grid = make_grid(&memory, p, csv, style);
  for (size_t i = 0; i < grid.rows * grid.columns; i++)
    grid.cells[i] = escaped(&memory, grid.cells[i], style);
  for (size_t i = grid.columns; i < grid.rows * grid.columns && style->bold[0]; i++) {
    const size_t row = i / grid.columns - 1, column = i % grid.columns;
    if (column < p->count && table_is_best(p, csv, &p->sources[column], row))
      grid.cells[i] =
          arena_format(&memory, "%s%s%s", style->bold[0], grid.cells[i], style->bold[1]);
  }
  for (size_t r = 0; r < csv->count && style->runs; r++)
    grid.cells[(r + 2) * grid.columns - 1] = style->runs(&memory, p, p->order[r]);
  style->grid(out, &grid);
  arena_close(&memory);
}

/* ---- below the grid -------------------------------------------------------------------------- */

/* A title or a line between what goes before and after it. */
static void add_text(text_buffer *out, const char *text, const char *const around[2],
                     const table_style *style) {
  arena memory = {0};
  text_add(out, "%s%s%s", around[0], escaped(&memory, text, style), around[1]);
  arena_close(&memory);
}

static double sum_of(const csv_table *csv, const char *column) {
  double sum = 0, number;
  int at = csv_table_column(csv, column);
  for (size_t r = 0; r < csv->count; r++)
    if (text_number(csv->cells[r][at], &number)) sum += number;
  return sum;
}

static const char *counts(arena *a, const csv_table *csv) {
  double runs = sum_of(csv, TABLE_RUNS), missing = sum_of(csv, TABLE_MISSING);
  double diverged = sum_of(csv, TABLE_DIVERGED);
  if (missing > 0 && diverged > 0)
    return arena_format(a, "%.0f of %.0f runs missing, %.0f diverged", missing, runs, diverged);
  if (missing > 0) return arena_format(a, "%.0f of %.0f runs missing", missing, runs);
  if (diverged > 0) return arena_format(a, "%.0f of %.0f runs diverged", diverged, runs);
  return NULL;
}

static void add_lines(text_buffer *out, const table_parts *p, const csv_table *csv,
                      const table_style *style) {
  arena memory = {0};
  const char *last = counts(&memory, csv);
  if (p->notes->count || last) text_add(out, "%s", style->between);
  for (size_t i = 0; i < p->notes->count; i++)
    add_text(out, p->notes->items[i]->text, style->line, style);
  if (last) add_text(out, last, style->line, style);
  arena_close(&memory);
}

void table_text(text_buffer *out, const table_parts *p, const csv_table *csv,
                const table_style *style) {
  const table_request *request = p->request;
  if (style->before) text_add(out, "%s", style->before);
  add_text(out, value_get_text(request->declaration, "title", request->name), style->title, style);
  if (style->label[0]) text_add(out, "%s%s%s", style->label[0], request->name, style->label[1]);
  add_grid(out, p, csv, style);
  add_lines(out, p, csv, style);
  if (style->after) text_add(out, "%s", style->after);
}
