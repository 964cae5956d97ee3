#include "report/table_parts.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static bool has_deviation(const table_source *s, const csv_table *csv) {
  for (size_t r = 0; r < csv->count; r++)
    if (*csv->cells[r][s->at + 1]) return true;
  return false;
}

/* Has a cell fewer numbers than the others, which it then says? */
static bool has_count(const table_parts *p, const table_source *s, const csv_table *csv) {
  for (size_t r = 0; r < csv->count; r++) {
    double n;
    if (*csv->cells[r][s->at] && text_number(csv->cells[r][s->at + 2], &n) && (size_t)n < p->common)
      return true;
  }
  return false;
}

static void note_deviations(table_parts *p, bool counted) {
  arena *a = &p->memory;
  const char *runs = p->over ? arena_format(a, "runs that differ in %s", p->over) : "seeds";
  if (p->common)
    table_add_note(p, arena_format(a, "Mean ± standard deviation over %zu %s%s.", p->common, runs,
                                   counted ? ", or as many as a cell says" : ""));
  else
    table_add_note(p, arena_format(a, "Mean ± standard deviation over %s (how many).", runs));
}

static bool has_seed(const table_parts *p, const table_source *s, size_t group, const char *text) {
  const int seed = csv_table_column(&p->runs, "seed");
  for (size_t i = p->groups.start[group]; i < p->groups.start[group + 1]; i++) {
    const size_t run = p->groups.rows[i];
    if (strcmp(p->runs.cells[run][seed], text) == 0 && !isnan(table_number(p, s, run))) return true;
  }
  return false;
}

/* Has `group` a number in each seed that `other` has one in? */
static bool covers(const table_parts *p, const table_source *s, size_t group, size_t other) {
  const int seed = csv_table_column(&p->runs, "seed");
  for (size_t i = p->groups.start[other]; i < p->groups.start[other + 1]; i++) {
    const size_t run = p->groups.rows[i];
    if (!isnan(table_number(p, s, run)) && !has_seed(p, s, group, p->runs.cells[run][seed]))
      return false;
  }
  return true;
}

/* Are the means of a column, those that are there, over other seeds in one row than in another? */
static bool mixes_seeds(const table_parts *p, const table_source *s, const csv_table *csv) {
  size_t first = csv->count;
  for (size_t r = 0; r < csv->count; r++) {
    if (!*csv->cells[r][s->at]) continue;
    if (first == csv->count) first = r;
    const size_t group = p->order[r], other = p->order[first];
    if (!covers(p, s, group, other) || !covers(p, s, other, group)) return true;
  }
  return false;
}

void table_note_seeds(table_parts *p, const csv_table *csv) {
  bool deviations = false, mixed = false, paired = false, counted = false;
  for (const table_source *s = p->sources; s < p->sources + p->count; s++) {
    if (!p->averaged || !s->facts) continue;
    deviations |= !s->by_points && has_deviation(s, csv);
    counted |= has_count(p, s, csv);
    mixed |= !s->minus && mixes_seeds(p, s, csv);
    paired |= s->minus != NULL;
  }
  if (deviations) note_deviations(p, counted);
  if (mixed)
    table_add_note(p, paired ? "Rows with missing seeds are means over other seeds than the rest; "
                               "differences are paired by seed."
                             : "Rows with missing seeds are means over other seeds than the rest.");
}
