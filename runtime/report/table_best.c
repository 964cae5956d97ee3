/* The best cell of a column. Numbers of different data are not compared. */
#include "base/text.h"
#include "report/table_parts.h"

#include <math.h>
#include <string.h>

/* The data that a cell's runs have in common; SIZE_MAX: none, or several. */
static size_t data_of(const table_parts *p, const table_source *s, size_t group) {
  size_t data = SIZE_MAX;
  for (size_t i = p->groups.start[group]; i < p->groups.start[group + 1]; i++) {
    const size_t row = p->groups.rows[i];
    if (!table_applies(p, s, row)) continue;
    if (data != SIZE_MAX && data != p->data.of_row[row]) return SIZE_MAX;
    data = p->data.of_row[row];
  }
  return data;
}

/* As the table shows it, so that what looks equal is marked alike; the least is the best. */
static double shown(const table_source *s, const char *cell) {
  const double unit = s->digits < 0 ? 0 : pow(10, s->digits);
  double x;
  if (!text_number(cell, &x)) return NAN;
  return -s->best * (unit > 0 ? round(x * unit) / unit : x);
}

bool table_is_best(const table_parts *p, const csv_table *csv, const table_source *s, size_t row) {
  const size_t data = data_of(p, s, p->order[row]);
  const double x = s->best ? shown(s, csv->cells[row][s->at]) : NAN;
  size_t others = 0;
  if (isnan(x)) return false;
  for (size_t r = 0; r < csv->count; r++) {
    const double other = shown(s, csv->cells[r][s->at]);
    if (r == row || isnan(other) || data_of(p, s, p->order[r]) != data) continue;
    if (other < x) return false;
    others++;
  }
  return others > 0;
}
