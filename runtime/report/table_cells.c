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

static const char *paper_cell(const table_parts *p, size_t group, const table_source *s) {
  for (size_t i = p->groups.start[group]; i < p->groups.start[group + 1]; i++)
    if (table_applies(p, s, p->groups.rows[i]))
      return table_paper_cell(p, p->runs.cells[p->groups.rows[i]], s->paper);
  return "";
}

const char *table_cell(table_parts *p, size_t group, const table_source *s) {
  if (s->paper >= 0) return paper_cell(p, group, s);
  if (s->facts) return number_text(p, average_of(p, group, s).mean);
  return s->run >= 0 ? text_of(p, group, s->run) : "";
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

/* The ids at the end of the names of the row's runs. */
static const char *ids_of(table_parts *p, size_t group, int column) {
  const char *ids = "";
  for (size_t i = p->groups.start[group]; i < p->groups.start[group + 1]; i++)
    ids = arena_format(&p->memory, "%s%s%s", ids, *ids ? " " : "",
                       p->runs.cells[p->groups.rows[i]][column]);
  return ids;
}

static void fill_row(table_parts *p, size_t group, const char **cells) {
  for (const table_source *s = p->sources; s < p->sources + p->count; s++) {
    *cells++ = table_cell(p, group, s);
    if (p->averaged && s->facts) {
      table_average average = average_of(p, group, s);
      *cells++ = number_text(p, average.sd);
      *cells++ = arena_format(&p->memory, "%zu", average.n);
    }
    if (!s->by_points) continue;
    double points;
    *cells++ = number_text(p, table_point_error(p, group, s, &points));
    *cells++ = number_text(p, points);
  }
  if (p->ranks) *cells++ = p->ranks[group];
  tally t = tally_of(p, group);
  *cells++ = arena_format(&p->memory, "%zu", t.runs);
  *cells++ = arena_format(&p->memory, "%zu", t.missing);
  *cells++ = arena_format(&p->memory, "%zu", t.diverged);
  const int ids = csv_table_column(&p->runs, "train_id");
  if (ids >= 0) *cells++ = ids_of(p, group, ids);
}

static size_t fill_header(table_parts *p, const char **header) {
  size_t count = 0;
  for (table_source *s = p->sources; s < p->sources + p->count; s++) {
    s->at = count;
    header[count++] = s->heading;
    if (p->averaged && s->facts) {
      header[count++] = arena_format(&p->memory, "%s sd", s->heading);
      header[count++] = arena_format(&p->memory, "%s n", s->heading);
    }
    if (!s->by_points) continue;
    s->error_at = count;
    header[count++] = arena_format(&p->memory, "%s se", s->heading);
    header[count++] = arena_format(&p->memory, "%s points", s->heading);
  }
  if (p->ranks) header[count++] = TABLE_RANK;
  header[count++] = TABLE_RUNS;
  header[count++] = TABLE_MISSING;
  header[count++] = TABLE_DIVERGED;
  if (csv_table_column(&p->runs, "train_id") >= 0) header[count++] = TABLE_IDS;
  return count;
}

status_code table_fill(table_parts *p, csv_table *csv, failure *err) {
  const char **cells = arena_get(&p->memory, (5 * p->count + 5) * sizeof *cells);
  const size_t count = fill_header(p, cells);
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < i; k++)
      if (strcmp(cells[i], cells[k]) == 0)
        return failure_set(err, STATUS_BAD_CONFIG, "table %s: two columns have the heading \"%s\"",
                           p->request->name, cells[i]);
  csv_table_begin(csv, cells, count);
  for (size_t i = 0; i < p->groups.count; i++) {
    fill_row(p, p->order[i], cells);
    csv_table_add(csv, cells);
  }
  return STATUS_OK;
}
