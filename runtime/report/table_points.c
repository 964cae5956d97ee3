#include "report/table_parts.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

status_code table_find_error(table_parts *p, const char *error, table_source *s, failure *err) {
  const char *where = arena_format(&p->memory, "table %s: \"%s\"", p->request->name, s->heading);
  const char *audit;
  bool best;
  if (strcmp(error, "points") != 0)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: error must be \"points\"", where);
  if (!s->minus)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: error = \"points\" is of a difference: give minus, too. The standard "
                       "error of one number is a column, such as nll_last_se",
                       where);
  if (!paired_column(&p->memory, p->runs.header[s->run], &audit, &best))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: error = \"points\": the NLL of each point is kept of audits: columns "
                       "such as tight.nll_best or tight.nll_last, not \"%s\"",
                       where, p->runs.header[s->run]);
  s->by_points = true;
  return p->paired.known.memory ? STATUS_OK : paired_read(&p->paired, p->request->folder, err);
}

/* The mean of the differences of a group's runs, as a sum of rows with weights. */
static size_t terms_of(const table_parts *p, size_t group, const table_source *s,
                       paired_term *terms) {
  const int id = csv_table_column(&p->all, "measure_id");
  size_t count = 0;
  for (size_t i = p->groups.start[group]; i < p->groups.start[group + 1]; i++) {
    const size_t row = p->groups.rows[i];
    if (id < 0 || isnan(table_number(p, s, row))) continue;
    const double share = 1 / table_unit(p, s, row);
    terms[count++] = (paired_term){p->all.cells[row][id], share};
    terms[count++] = (paired_term){p->all.cells[s->minus[row]][id], -share};
  }
  for (size_t i = 0; i < count; i++) terms[i].weight /= (double)count / 2;
  return count;
}

double table_point_error(table_parts *p, size_t group, const table_source *s, double *points) {
  const size_t members = p->groups.start[group + 1] - p->groups.start[group];
  paired_term *terms = arena_get(&p->memory, (2 * members + 1) * sizeof *terms);
  const size_t count = terms_of(p, group, s, terms);
  return paired_error(&p->paired, p->runs.header[s->run], terms, count, points);
}

/* The one number in a column of the CSV; NAN: there are several, or none. */
static double only_number(const csv_table *csv, size_t column) {
  double only = NAN, x;
  for (size_t r = 0; r < csv->count; r++) {
    if (!text_number(csv->cells[r][column], &x)) continue;
    if (!isnan(only) && (x < only || x > only)) return NAN;
    only = x;
  }
  return only;
}

static bool has_gap(const csv_table *csv, const table_source *s) {
  for (size_t r = 0; r < csv->count; r++)
    if (*csv->cells[r][s->at] && !*csv->cells[r][s->error_at]) return true;
  return false;
}

void table_note_points(table_parts *p, const csv_table *csv) {
  arena *a = &p->memory;
  for (const table_source *s = p->sources; s < p->sources + p->count; s++) {
    if (!s->by_points) continue;
    const double points = only_number(csv, s->error_at + 1);
    const char *over = isnan(points) ? "the" : arena_format(a, "%.0f", points);
    const char *runs = p->over ? arena_format(a, "runs that differ in %s", p->over) : "seeds";
    const char *averaged = p->averaged ? arena_format(a, ", averaged over %s", runs) : "",
               *gap = has_gap(csv, s)
                          ? "; – where runs have no NLL of each point, or of other points"
                          : "";
    table_add_note(p, arena_format(a,
                                   "± in \"%s\": standard error over %s test points, of the "
                                   "differences point by point%s%s.",
                                   s->heading, over, averaged, gap));
  }
}

void table_points_columns(arena *a, const value *declaration, value *columns) {
  const value *declared = value_get(declaration, "columns");
  for (size_t i = 0; declared && i < declared->count; i++) {
    const value *entry = declared->items[i];
    const char *column = entries_part(entry, 1);
    bool known = !column || strcmp(value_get_text(entry, "error", ""), "points") != 0;
    for (size_t k = 0; k < columns->count && !known; k++)
      known = strcmp(columns->items[k]->text, column) == 0;
    if (!known) value_push(a, columns, value_text(a, column));
  }
}
