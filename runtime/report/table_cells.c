#include "report/table_parts.h"

#include "base/text.h"
#include "job/run_status.h"
#include "report/table_numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one cell of one group ------------------------------------------------------------------- */

static table_average average_of(const table_parts *p, size_t group, const table_source *s) {
  const size_t *member = p->groups.rows + p->groups.start[group];
  const size_t count = p->groups.start[group + 1] - p->groups.start[group];
  double *x = memory_array(count, sizeof *x);
  for (size_t i = 0; i < count; i++) x[i] = table_number(p, s, member[i]);
  table_average out = table_average_of(x, count);
  free(x);
  return out;
}

/* The texts of a group's rows, each once. */
static const char *text_of(table_parts *p, size_t group, int column) {
  const size_t *member = p->groups.rows + p->groups.start[group];
  const size_t count = p->groups.start[group + 1] - p->groups.start[group];
  const char *text = p->runs.cells[member[0]][column];
  for (size_t i = 1; i < count; i++) {
    const char *more = p->runs.cells[member[i]][column];
    size_t seen = 0;
    while (seen < i && strcmp(p->runs.cells[member[seen]][column], more) != 0) seen++;
    if (seen == i) text = arena_format(&p->memory, "%s, %s", text, more);
  }
  return text;
}

static const char *number_text(table_parts *p, double x) {
  return isnan(x) ? "" : format_number(arena_get(&p->memory, FORMAT_ROOM), x);
}

static const char *cell_of(table_parts *p, size_t group, const table_source *s) {
  if (s->paper >= 0) return table_paper_cell(p, table_first_run(p, &p->groups, group), s->paper);
  if (s->facts) return number_text(p, average_of(p, group, s).mean);
  return s->run >= 0 ? text_of(p, group, s->run) : "";
}

/* ---- the order of rows ----------------------------------------------------------------------- */

typedef struct sort_key {
  const char *text;
  double number; /* NAN: the text is not a number */
  size_t group;
} sort_key;

static int order_of_keys(const void *left, const void *right) {
  const sort_key *x = left, *y = right;
  int text = strcmp(x->text, y->text), empty = (*x->text == 0) - (*y->text == 0);
  if (empty) return empty;
  if (x->number < y->number) return -1;
  if (x->number > y->number) return 1;
  if (isnan(x->number) && isnan(y->number) && text) return text;
  return x->group < y->group ? -1 : 1;
}

static const sort_key *order_groups(table_parts *p) {
  sort_key *keys = arena_get(&p->memory, (p->groups.count + 1) * sizeof *keys);
  for (size_t g = 0; g < p->groups.count; g++) {
    keys[g] = (sort_key){cell_of(p, g, &p->sort), NAN, g};
    if (!text_number(keys[g].text, &keys[g].number)) keys[g].number = NAN;
  }
  qsort(keys, p->groups.count, sizeof *keys, order_of_keys);
  return keys;
}

/* ---- rows ------------------------------------------------------------------------------------ */

typedef struct tally {
  size_t runs, missing, diverged;
} tally;

static tally tally_of(const table_parts *p, size_t group) {
  tally t = {0};
  int column = csv_table_column(&p->runs, "status");
  for (size_t i = p->groups.start[group]; i < p->groups.start[group + 1]; i++) {
    const char *word = column < 0 ? "" : p->runs.cells[p->groups.rows[i]][column];
    const run_status status = run_status_of(word);
    t.runs++;
    t.diverged += status == RUN_DIVERGED;
    t.missing += status == RUN_MISSING || status == RUN_FAILED;
  }
  return t;
}

static void fill_row(table_parts *p, size_t group, const char **cells) {
  for (const table_source *s = p->sources; s < p->sources + p->count; s++) {
    *cells++ = cell_of(p, group, s);
    if (!p->averaged || !s->facts) continue;
    table_average average = average_of(p, group, s);
    *cells++ = number_text(p, average.sd);
    *cells++ = arena_format(&p->memory, "%zu", average.n);
  }
  if (p->ranks) *cells++ = p->ranks[group];
  tally t = tally_of(p, group);
  *cells++ = arena_format(&p->memory, "%zu", t.runs);
  *cells++ = arena_format(&p->memory, "%zu", t.missing);
  *cells++ = arena_format(&p->memory, "%zu", t.diverged);
}

static size_t fill_header(table_parts *p, const char **header) {
  size_t count = 0;
  for (table_source *s = p->sources; s < p->sources + p->count; s++) {
    s->at = count;
    header[count++] = s->heading;
    if (!p->averaged || !s->facts) continue;
    header[count++] = arena_format(&p->memory, "%s sd", s->heading);
    header[count++] = arena_format(&p->memory, "%s n", s->heading);
  }
  if (p->ranks) header[count++] = TABLE_RANK;
  header[count++] = TABLE_RUNS;
  header[count++] = TABLE_MISSING;
  header[count++] = TABLE_DIVERGED;
  return count;
}

status_code table_fill(table_parts *p, csv_table *csv, failure *err) {
  const char **cells = arena_get(&p->memory, (3 * p->count + 4) * sizeof *cells);
  const size_t count = fill_header(p, cells);
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < i; k++)
      if (strcmp(cells[i], cells[k]) == 0)
        return failure_set(err, STATUS_BAD_CONFIG, "table %s: two columns have the heading \"%s\"",
                           p->request->name, cells[i]);
  csv_table_begin(csv, cells, count);
  const sort_key *order = order_groups(p);
  p->order = arena_get(&p->memory, (p->groups.count + 1) * sizeof *p->order);
  for (size_t i = 0; i < p->groups.count; i++) {
    p->order[i] = order[i].group;
    fill_row(p, order[i].group, cells);
    csv_table_add(csv, cells);
  }
  return STATUS_OK;
}
