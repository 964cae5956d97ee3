#include "report/table_text.h"

#include "job/run_status.h"
#include "report/format.h"
#include "report/table_latex.h"

#include <math.h>
#include <string.h>

static const char GAP[] = "–";

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

static const char *number_cell(arena *a, const char **row, const table_source *s, const char *runs,
                               size_t diverged) {
  const char *mean = rounded(a, row[s->at], s->digits);
  if (strcmp(runs, "1") == 0) return diverged ? arena_format(a, "%s (diverged)", mean) : mean;
  const char *sd = row[s->at + 1], *n = row[s->at + 2];
  if (strcmp(n, runs) != 0) n = arena_format(a, "%s of %s", n, runs);
  if (diverged) n = arena_format(a, "%s, %zu diverged", n, diverged);
  return *sd ? arena_format(a, "%s ± %s (%s)", mean, rounded(a, sd, s->digits), n)
             : arena_format(a, "%s (%s)", mean, n);
}

static const char *cell_of(arena *a, const table_parts *p, const csv_table *csv, size_t r,
                           const table_source *s) {
  const char *cell = csv->cells[r][s->at];
  if (!*cell) return GAP;
  if (s->number)
    return number_cell(a, csv->cells[r], s, csv->cells[r][csv_table_column(csv, TABLE_RUNS)],
                       diverged_in(p, s, p->order[r]));
  if (s->paper >= 0) return rounded(a, cell, s->digits);
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

/* Averages stand to the left: their points would not be in line. */
static format_grid make_grid(arena *a, const table_parts *p, const csv_table *csv) {
  const size_t columns = p->count + (p->ranks ? 1 : 0);
  const int rank = csv_table_column(csv, TABLE_RANK);
  bool *right = arena_get(a, columns + 1);
  format_grid grid = {.columns = columns, .rows = csv->count + 1, .right = right};
  grid.cells = arena_get(a, (grid.rows * columns + 1) * sizeof *grid.cells);
  for (size_t c = 0; c < p->count; c++) {
    right[c] = p->sources[c].paper >= 0 || (p->sources[c].number && !p->averaged);
    fill_source(a, &grid, p, csv, c);
  }
  if (!p->ranks) return grid;
  right[p->count] = !p->averaged;
  grid.cells[p->count] = "Rank";
  for (size_t r = 0; r < csv->count; r++)
    grid.cells[(r + 1) * columns + p->count] = csv->cells[r][rank];
  return grid;
}

static void add_grid(text_buffer *out, const table_parts *p, const csv_table *csv,
                     table_style style) {
  arena memory = {0};
  format_grid grid = make_grid(&memory, p, csv);
  for (size_t i = 0; style == TABLE_LATEX && i < grid.rows * grid.columns; i++)
    grid.cells[i] = table_latex(&memory, grid.cells[i]);
  if (style == TABLE_LATEX)
    format_latex(out, &grid);
  else if (style == TABLE_MARKDOWN)
    format_markdown(out, &grid);
  else
    format_aligned(out, &grid);
  arena_close(&memory);
}

/* ---- below the grid -------------------------------------------------------------------------- */

static void add_line(text_buffer *out, const char *line, table_style style) {
  arena memory = {0};
  if (style == TABLE_LATEX)
    text_add(out, "{\\footnotesize %s\\par}\n", table_latex(&memory, line));
  else
    text_add(out, "\n%s\n", line);
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
                      table_style style) {
  arena memory = {0};
  const char *last = counts(&memory, csv);
  if (style == TABLE_LATEX && (p->notes->count || last)) text_add(out, "\n\\smallskip\n");
  for (size_t i = 0; i < p->notes->count; i++) add_line(out, p->notes->items[i]->text, style);
  if (last) add_line(out, last, style);
  arena_close(&memory);
}

/* A title of several lines would leave the comment. */
static void add_title(text_buffer *out, const char *title, table_style style) {
  arena memory = {0};
  if (style == TABLE_LATEX)
    text_add(out, "%% %s\n%% \\usepackage{booktabs,amssymb}\n", table_latex(&memory, title));
  else
    text_add(out, "%s%s\n\n", style == TABLE_MARKDOWN ? "### " : "", title);
  arena_close(&memory);
}

void table_text(text_buffer *out, const table_parts *p, const csv_table *csv, table_style style) {
  add_title(out, value_get_text(p->request->declaration, "title", p->request->name), style);
  add_grid(out, p, csv, style);
  add_lines(out, p, csv, style);
}
