#include "report/table_text.h"

#include "report/format.h"
#include "report/record.h"
#include "report/view.h"

#include <string.h>

static const char GAP[] = "–";

/* One column as it is shown; sd and n: -1 where nothing is averaged. */
typedef struct shown {
  const char *heading;
  int value, sd, n, runs;
  bool number, paper;
  int digits; /* negative: as it stands */
} shown;

bool table_is_paper(const char *column) {
  return strncmp(column, "paper.", 6) == 0;
}

static int preset_digits(const char *column) {
  static const char *const counts[] = {"nfe", "epoch", "steps"};
  if (table_is_paper(column)) return -1;
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    if (strncmp(column, counts[i], strlen(counts[i])) == 0) return 0;
  return 3;
}

static int part_column(arena *a, const rows *csv, const char *heading, const char *part) {
  return rows_column(csv, arena_format(a, "%s%s", heading, part));
}

static size_t find_shown(arena *a, const rows *csv, const value *declared, shown *out) {
  size_t count = 0;
  for (size_t i = 0; declared && i < declared->count; i++) {
    const char *heading = view_part(declared->items[i], 0);
    const char *column = view_part(declared->items[i], 1);
    int at = heading && column ? rows_column(csv, heading) : -1;
    if (at < 0) continue;
    double digits = value_get_number(declared->items[i], "digits", preset_digits(column));
    out[count++] = (shown){.heading = heading,
                           .value = at,
                           .sd = part_column(a, csv, heading, TABLE_SD),
                           .n = part_column(a, csv, heading, TABLE_COUNT),
                           .runs = rows_column(csv, TABLE_RUNS),
                           .number = record_is_number(column) || table_is_paper(column),
                           .paper = table_is_paper(column),
                           .digits = (int)digits};
  }
  return count;
}

static const char *rounded(arena *a, const char *cell, int digits) {
  double number;
  if (digits < 0 || !text_number(cell, &number)) return cell;
  return format_fixed(arena_get(a, FORMAT_ROOM), number, digits);
}

static const char *number_cell(arena *a, const char **row, const shown *s) {
  const char *mean = rounded(a, row[s->value], s->digits);
  if (!*mean) return GAP;
  if (s->n < 0 || strcmp(row[s->runs], "1") == 0) return mean;
  const char *n = row[s->n], *runs = row[s->runs];
  bool all = strcmp(n, runs) == 0;
  if (!*row[s->sd]) return arena_format(a, "%s (%s of %s)", mean, n, runs);
  return arena_format(a, "%s ± %s (%s%s%s)", mean, rounded(a, row[s->sd], s->digits), n,
                      all ? "" : " of ", all ? "" : runs);
}

static const char *text_cell(const char *cell) {
  if (strcmp(cell, "yes") == 0) return "✓";
  if (strcmp(cell, "no") == 0) return "✗";
  return *cell ? cell : GAP;
}

static void add_grid(text_buffer *out, const rows *csv, const value *declared, bool markdown) {
  arena memory = {0};
  size_t most = declared ? declared->count : 0;
  shown *columns = arena_get(&memory, (most + 1) * sizeof *columns);
  size_t count = find_shown(&memory, csv, declared, columns);
  const char **cells = arena_get(&memory, ((csv->count + 1) * count + 1) * sizeof *cells);
  bool *right = arena_get(&memory, count + 1);
  for (size_t c = 0; c < count; c++) {
    cells[c] = columns[c].heading;
    right[c] = columns[c].number && columns[c].n < 0; /* else points would not stand in line */
    for (size_t r = 0; r < csv->count; r++)
      cells[(r + 1) * count + c] = columns[c].number
                                       ? number_cell(&memory, csv->cells[r], &columns[c])
                                       : text_cell(csv->cells[r][columns[c].value]);
  }
  const format_grid grid = {count, csv->count + 1, cells, right};
  if (markdown)
    format_markdown(out, &grid);
  else
    format_aligned(out, &grid);
  arena_close(&memory);
}

static double sum_of(const rows *csv, const char *column) {
  double sum = 0, number;
  int at = rows_column(csv, column);
  for (size_t r = 0; at >= 0 && r < csv->count; r++)
    if (text_number(csv->cells[r][at], &number)) sum += number;
  return sum;
}

static void add_counts(text_buffer *out, const rows *csv) {
  double runs = sum_of(csv, TABLE_RUNS), missing = sum_of(csv, TABLE_MISSING);
  double diverged = sum_of(csv, TABLE_DIVERGED);
  if (missing > 0 && diverged > 0)
    text_add(out, "\n%.0f of %.0f runs missing, %.0f diverged\n", missing, runs, diverged);
  else if (missing > 0)
    text_add(out, "\n%.0f of %.0f runs missing\n", missing, runs);
  else if (diverged > 0)
    text_add(out, "\n%.0f of %.0f runs diverged\n", diverged, runs);
}

void table_text(text_buffer *out, const rows *csv, const char *name, const value *declaration,
                bool markdown) {
  const value *notes = value_get(declaration, "notes");
  text_add(out, "%s%s\n\n", markdown ? "### " : "", value_get_text(declaration, "title", name));
  add_grid(out, csv, value_get(declaration, "columns"), markdown);
  for (size_t i = 0; view_part(notes, i); i++) text_add(out, "\n%s\n", view_part(notes, i));
  add_counts(out, csv);
}
