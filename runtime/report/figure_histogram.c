/* Figures of energies and pair distances, from histograms.csv: a panel for each group of runs that
 * differ only in their seed. */
#include "base/text.h"
#include "report/curve_parts.h"
#include "report/figure_parts.h"
#include "report/format.h"

#include <string.h>

static const char *const SETS[] = {"data", "samples", "reweighted"};
enum { SAMPLES = 1, SET_COUNT = sizeof SETS / sizeof *SETS };

/* What a script asks for, each a cell of histograms.csv. */
typedef struct wanted_cells {
  const char *quantity, *measurement, *weights;
} wanted_cells;

const char *figure_histogram(const value *declaration) {
  return value_get_text(declaration, "histogram", NULL);
}

/* ---- the declaration ------------------------------------------------------------------------- */

static status_code check_word(figure *f, const char *key, const char *word,
                              const char *const *words, failure *err) {
  if (strcmp(word, words[0]) == 0 || strcmp(word, words[1]) == 0) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "%s: %s = \"%s\" must be \"%s\" or \"%s\"",
                     figure_where(f), key, word, words[0], words[1]);
}

/* Does the measurement draw samples? runs.csv has their number from the beginning. */
static status_code check_samples(figure *f, const char *audit, failure *err) {
  const char *dot = *audit ? "." : "";
  if (csv_table_column(&f->runs, arena_format(&f->memory, "%s%ssamples_last", audit, dot)) >= 0)
    return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "%s: %s draws no samples. A histogram needs measure.samples, in the audit that "
      "its key `audit` names or, without this key, in the measurement of the rows",
      figure_where(f),
      *audit ? arena_format(&f->memory, "the audit \"%s\"", audit) : "the measurement of the rows");
}

static status_code read_cells(figure *f, wanted_cells *out, failure *err) {
  static const char *const QUANTITIES[] = {"energy", "distance"};
  static const char *const WEIGHTS[] = {"best", "last"};
  const value *declared = f->request->declaration;
  *out = (wanted_cells){figure_histogram(declared), value_get_text(declared, "audit", ""),
                        value_get_text(declared, "weights", "best")};
  status_code status = check_word(f, "histogram", out->quantity, QUANTITIES, err);
  if (status == STATUS_OK) status = check_word(f, "weights", out->weights, WEIGHTS, err);
  return status == STATUS_OK ? check_samples(f, out->measurement, err) : status;
}

/* ---- from counts to densities ---------------------------------------------------------------- */

/* The lines of histograms.csv that are wanted, and their columns. */
typedef struct lines {
  csv_table table; /* without memory */
  size_t low, high, sets[SET_COUNT];
} lines;

/* A blank table, with which declarations are checked, does not have its columns; nor may a file of
 * which a person has removed some. */
static bool has_columns(const csv_table *table) {
  static const char *const NEEDED[] = {"measurement", "weights", "quantity", "low",
                                       "high",        "data",    "samples",  "reweighted"};
  bool all = true;
  for (size_t i = 0; i < sizeof NEEDED / sizeof *NEEDED; i++)
    all = all && csv_table_column(table, NEEDED[i]) >= 0;
  return all;
}

static bool has_cell(const csv_table *table, size_t row, const char *column, const char *cell) {
  return strcmp(table->cells[row][csv_table_column(table, column)], cell) == 0;
}

static lines choose_lines(figure *f, const wanted_cells *wanted) {
  const csv_table *all = &f->shown;
  lines out = {.table = {.header = all->header, .columns = all->columns}};
  out.table.cells = arena_get(&f->memory, (all->count + 1) * sizeof *out.table.cells);
  out.low = (size_t)csv_table_column(all, "low");
  out.high = (size_t)csv_table_column(all, "high");
  for (size_t k = 0; k < SET_COUNT; k++) out.sets[k] = (size_t)csv_table_column(all, SETS[k]);
  for (size_t r = 0; r < all->count; r++)
    if (has_cell(all, r, "measurement", wanted->measurement) &&
        has_cell(all, r, "weights", wanted->weights) &&
        has_cell(all, r, "quantity", wanted->quantity))
      out.table.cells[out.table.count++] = all->cells[r];
  return out;
}

static double number_at(const lines *l, size_t row, size_t column) {
  double x;
  return text_number(l->table.cells[row][column], &x) ? x : 0;
}

/* The end of the histogram that begins at this line: the next line without low begins another. */
static size_t end_of(const lines *l, size_t first) {
  size_t end = first + 1;
  while (end < l->table.count && *l->table.cells[end][l->low]) end++;
  return end;
}

static void add_density(csv_table *to, const char *run, const char *set, const char *x, double y) {
  char room[FORMAT_ROOM];
  const char *cells[] = {run, set, x, format_number(room, y)};
  csv_table_add(to, cells);
}

/* One histogram of lines [first, end), for a line that is drawn in steps: each bin at its low end,
 * and 0 at the high end of the last one. Returns the share of samples outside. */
static double add_histogram(csv_table *to, const char *run, const lines *l, size_t first,
                            size_t end) {
  double outside = 0;
  for (size_t k = 0; k < SET_COUNT; k++) {
    const char *last = "";
    double total = 0;
    for (size_t r = first; r < end; r++) total += number_at(l, r, l->sets[k]);
    for (size_t r = first; r < end && total > 0; r++) {
      const char *low = l->table.cells[r][l->low], *high = l->table.cells[r][l->high];
      const double share = number_at(l, r, l->sets[k]) / total;
      if (k == SAMPLES && !(*low && *high)) outside += share;
      if (!*low || !*high) continue;
      add_density(to, run, SETS[k], low,
                  share / (number_at(l, r, l->high) - number_at(l, r, l->low)));
      last = high;
    }
    if (*last) add_density(to, run, SETS[k], last, 0);
  }
  return outside;
}

/* The panels: groups of runs, by the words in which they differ. */
static const char **label_groups(figure *f, const lines *l, row_groups *groups) {
  const curves_request request = {.table = &l->table, .columns = f->request->columns};
  groups_find(&f->memory, &l->table, request.columns, false, groups);
  curve *named = arena_get(&f->memory, (groups->count + 1) * sizeof *named);
  const char **labels = arena_get(&f->memory, (groups->count + 1) * sizeof *labels);
  curve_label(&f->memory, &request, groups, named);
  for (size_t g = 0; g < groups->count; g++) labels[g] = named[g].label;
  return labels;
}

/* Puts the densities in place of the counts: columns run, set, x, density. */
static status_code make_densities(figure *f, const lines *l, failure *err) {
  static const char *const HEADER[] = {"run", "set", "x", "density"};
  row_groups groups;
  csv_table made;
  const char **labels = label_groups(f, l, &groups);
  if (groups.count > FIGURE_FACETS)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: %zu groups of runs, and at most %d fit into a figure; choose some of "
                       "them with only",
                       figure_where(f), groups.count, FIGURE_FACETS);
  double *outside = arena_get(&f->memory, (groups.count + 1) * sizeof *outside);
  size_t *runs = arena_get(&f->memory, (groups.count + 1) * sizeof *runs);
  csv_table_begin(&made, HEADER, sizeof HEADER / sizeof *HEADER);
  for (size_t first = 0, end; first < l->table.count; first = end) {
    const size_t g = groups.of_row[first];
    end = end_of(l, first);
    const double share = add_histogram(&made, labels[g], l, first, end);
    outside[g] += (share - outside[g]) / (double)++runs[g];
  }
  csv_table_close(&f->history);
  f->history = f->shown = made;
  f->picture.outside = outside;
  if (groups.count > 1) f->wanted.facet = "run";
  return STATUS_OK;
}

static void set_picture(figure *f, const wanted_cells *wanted) {
  value *columns = value_new(&f->memory, VALUE_LIST);
  value_push(&f->memory, columns, value_text(&f->memory, "run"));
  value_push(&f->memory, columns, value_text(&f->memory, "set"));
  f->wanted.columns = columns;
  f->wanted.x = csv_table_column(&f->shown, "x");
  f->wanted.panels[0] = csv_table_column(&f->shown, "density");
  f->wanted.panel_count = 1;
  f->picture.histogram = true;
  f->picture.panels[0] = "density";
  f->picture.x_title = strcmp(wanted->quantity, "energy") == 0
                           ? "energy U of a point, in units of kT"
                           : "distance between two particles, in the energy's unit of length";
}

status_code figure_read_histogram(figure *f, failure *err) {
  wanted_cells wanted;
  status_code status = read_cells(f, &wanted, err);
  if (status == STATUS_OK) status = figure_choose_rows(f, &f->history, err);
  if (status != STATUS_OK) return status;
  if (!has_columns(&f->history)) {
    f->nothing = "histograms.csv lacks columns";
    return STATUS_OK;
  }
  const lines chosen = choose_lines(f, &wanted);
  if (chosen.table.count == 0) {
    f->nothing = arena_format(&f->memory, "histograms.csv has no %s of the %s weights yet",
                              wanted.quantity, wanted.weights);
    return STATUS_OK;
  }
  status = make_densities(f, &chosen, err);
  if (status == STATUS_OK) set_picture(f, &wanted);
  return status;
}
