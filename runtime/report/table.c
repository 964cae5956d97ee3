#include "report/table.h"

#include "base/files.h"
#include "base/rows.h"
#include "report/format.h"
#include "report/record.h"
#include "report/table_text.h"
#include "report/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where a declared column's cells come from; both -1: a setting that does not vary here. */
typedef struct source {
  const char *heading;
  int run, paper;
  bool number; /* averaged over seeds */
} source;

typedef struct builder {
  arena memory;
  const char *name;
  const value *declaration, *columns;
  rows runs, paper; /* paper: no columns when there is none */
  view_groups groups;
  bool averaged;
  source *sources;
  size_t count;
  source sort;
  size_t *order;              /* groups as they are written */
  size_t (*shared)[2], joins; /* columns of runs and paper that must be equal */
} builder;

/* ---- what is declared ------------------------------------------------------------------------ */

static bool is_setting(const char *column) {
  static const char *const parts[] = {"dataset", "network", "optimizer", "train",
                                      "measure", "flow",    "seed"};
  size_t length = strcspn(column, ".");
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (strlen(parts[i]) == length && strncmp(column, parts[i], length) == 0) return true;
  return false;
}

static hifm_status refuse_column(builder *b, const char *column, hifm_error *err) {
  size_t count = b->runs.columns + b->paper.columns;
  const char **known = arena_get(&b->memory, (count + 1) * sizeof *known);
  for (size_t i = 0; i < count; i++)
    known[i] = i < b->runs.columns
                   ? b->runs.header[i]
                   : arena_format(&b->memory, "paper.%s", b->paper.header[i - b->runs.columns]);
  if (is_setting(column) && !text_nearest(column, known, count)) return HIFM_OK;
  return hifm_fail(err, HIFM_BAD_CONFIG, "table %s: there is no column \"%s\"%s", b->name, column,
                   text_hint(&b->memory, column, known, count));
}

static hifm_status find_source(builder *b, const char *heading, const char *column, source *out,
                               hifm_error *err) {
  bool paper = table_is_paper(column);
  *out = (source){.heading = heading, .run = -1, .paper = -1};
  if (paper && b->paper.columns) out->paper = rows_column(&b->paper, column + 6);
  if (!paper) out->run = rows_column(&b->runs, column);
  out->number = record_is_number(column);
  return out->run < 0 && out->paper < 0 ? refuse_column(b, column, err) : HIFM_OK;
}

static hifm_status find_sources(builder *b, hifm_error *err) {
  const value *declared = value_get(b->declaration, "columns");
  if (!declared || declared->type != VALUE_LIST || declared->count == 0)
    return hifm_fail(err, HIFM_BAD_CONFIG,
                     "table %s: needs columns = { { \"Heading\", \"column\" }, ... }", b->name);
  b->sources = arena_get(&b->memory, declared->count * sizeof *b->sources);
  for (size_t i = 0; i < declared->count; i++) {
    const char *heading = view_part(declared->items[i], 0);
    const char *column = view_part(declared->items[i], 1);
    if (!heading || !column)
      return hifm_fail(err, HIFM_BAD_CONFIG,
                       "table %s: column %zu must be { \"Heading\", \"column\" }", b->name, i + 1);
    source *next = &b->sources[b->count];
    hifm_status status = find_source(b, heading, column, next, err);
    if (status != HIFM_OK) return status;
    if (next->run >= 0 || next->paper >= 0) b->count++;
  }
  const char *sort = value_get_text(b->declaration, "sort", NULL);
  b->sort = (source){.run = -1, .paper = -1};
  return sort ? find_source(b, "", sort, &b->sort, err) : HIFM_OK;
}

/* ---- the paper's numbers --------------------------------------------------------------------- */

static hifm_status read_paper(builder *b, const char *folder, hifm_error *err) {
  const char *file = value_get_text(b->declaration, "paper", NULL);
  if (!file) return HIFM_OK;
  hifm_status status = rows_read(&b->paper, arena_format(&b->memory, "%s/%s", folder, file), err);
  if (status != HIFM_OK) return status;
  b->shared = arena_get(&b->memory, (b->columns->count + 1) * sizeof *b->shared);
  for (size_t i = 0; i < b->columns->count; i++) {
    const char *column = b->columns->items[i]->text;
    int run = rows_column(&b->runs, column), paper = rows_column(&b->paper, column);
    if (run < 0 || paper < 0 || strcmp(column, "seed") == 0) continue;
    b->shared[b->joins][0] = (size_t)run;
    b->shared[b->joins++][1] = (size_t)paper;
  }
  return HIFM_OK;
}

/* The paper's cell for a run; "" where none or more than one of its rows fits. */
static const char *paper_cell(const builder *b, const char **run, int column) {
  const char *found = "";
  size_t fits = 0;
  for (size_t r = 0; b->joins && r < b->paper.count; r++) {
    size_t equal = 0;
    for (size_t k = 0; k < b->joins; k++)
      equal += strcmp(run[b->shared[k][0]], b->paper.cells[r][b->shared[k][1]]) == 0;
    if (equal < b->joins) continue;
    fits++;
    found = b->paper.cells[r][column];
  }
  return fits == 1 ? found : "";
}

/* ---- one cell of one group ------------------------------------------------------------------- */

typedef struct average {
  double mean, sd; /* NAN: no number, fewer than two */
  size_t n;
} average;

static average average_of(const builder *b, size_t group, int column) {
  const view_groups *g = &b->groups;
  average out = {NAN, NAN, 0};
  double sum = 0, squares = 0, x;
  for (size_t i = g->start[group]; i < g->start[group + 1]; i++)
    if (text_number(b->runs.cells[g->rows[i]][column], &x)) {
      sum += x;
      out.n++;
    }
  if (out.n == 0) return out;
  out.mean = sum / (double)out.n;
  for (size_t i = g->start[group]; i < g->start[group + 1]; i++)
    if (text_number(b->runs.cells[g->rows[i]][column], &x))
      squares += (x - out.mean) * (x - out.mean);
  if (out.n > 1) out.sd = sqrt(squares / (double)(out.n - 1));
  return out;
}

static const char **first_row(const builder *b, size_t group) {
  return b->runs.cells[b->groups.rows[b->groups.start[group]]];
}

/* The texts of a group's rows, each once. */
static const char *text_of(builder *b, size_t group, int column) {
  const size_t *member = b->groups.rows + b->groups.start[group];
  const size_t count = b->groups.start[group + 1] - b->groups.start[group];
  const char *text = first_row(b, group)[column];
  for (size_t i = 1; i < count; i++) {
    const char *more = b->runs.cells[member[i]][column];
    size_t seen = 0;
    while (seen < i && strcmp(b->runs.cells[member[seen]][column], more) != 0) seen++;
    if (seen == i) text = arena_format(&b->memory, "%s, %s", text, more);
  }
  return text;
}

static const char *number_text(builder *b, double x) {
  return isnan(x) ? "" : format_number(arena_get(&b->memory, FORMAT_ROOM), x);
}

static const char *cell_of(builder *b, size_t group, const source *s) {
  if (s->paper >= 0) return paper_cell(b, first_row(b, group), s->paper);
  if (s->number) return number_text(b, average_of(b, group, s->run).mean);
  return s->run >= 0 ? text_of(b, group, s->run) : "";
}

/* ---- rows ------------------------------------------------------------------------------------ */

typedef struct sort_key {
  const char *text;
  double number; /* NAN: the text is no number */
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

static void order_groups(builder *b) {
  sort_key *keys = arena_get(&b->memory, (b->groups.count + 1) * sizeof *keys);
  b->order = arena_get(&b->memory, (b->groups.count + 1) * sizeof *b->order);
  for (size_t g = 0; g < b->groups.count; g++) {
    keys[g] = (sort_key){cell_of(b, g, &b->sort), NAN, g};
    if (!text_number(keys[g].text, &keys[g].number)) keys[g].number = NAN;
  }
  qsort(keys, b->groups.count, sizeof *keys, order_of_keys);
  for (size_t g = 0; g < b->groups.count; g++) b->order[g] = keys[g].group;
}

typedef struct tally {
  size_t runs, missing, diverged;
} tally;

static tally tally_of(const builder *b, size_t group) {
  tally t = {0};
  int column = rows_column(&b->runs, "status");
  for (size_t i = b->groups.start[group]; i < b->groups.start[group + 1]; i++) {
    const char *status = column < 0 ? "" : b->runs.cells[b->groups.rows[i]][column];
    t.runs++;
    if (strcmp(status, "diverged") == 0)
      t.diverged++;
    else if (strcmp(status, "done") != 0)
      t.missing++;
  }
  return t;
}

static void fill_row(builder *b, size_t group, const char **cells) {
  for (const source *s = b->sources; s < b->sources + b->count; s++) {
    *cells++ = cell_of(b, group, s);
    if (!b->averaged || !s->number) continue;
    average a = average_of(b, group, s->run);
    *cells++ = number_text(b, a.sd);
    *cells++ = arena_format(&b->memory, "%zu", a.n);
  }
  tally t = tally_of(b, group);
  *cells++ = arena_format(&b->memory, "%zu", t.runs);
  *cells++ = arena_format(&b->memory, "%zu", t.missing);
  *cells++ = arena_format(&b->memory, "%zu", t.diverged);
}

static size_t fill_header(builder *b, const char **header) {
  size_t count = 0;
  for (const source *s = b->sources; s < b->sources + b->count; s++) {
    header[count++] = s->heading;
    if (!b->averaged || !s->number) continue;
    header[count++] = arena_format(&b->memory, "%s" TABLE_SD, s->heading);
    header[count++] = arena_format(&b->memory, "%s" TABLE_COUNT, s->heading);
  }
  header[count++] = TABLE_RUNS;
  header[count++] = TABLE_MISSING;
  header[count++] = TABLE_DIVERGED;
  return count;
}

static hifm_status fill(builder *b, rows *csv, hifm_error *err) {
  const char **cells = arena_get(&b->memory, (3 * b->count + 3) * sizeof *cells);
  size_t count = fill_header(b, cells);
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < i; k++)
      if (strcmp(cells[i], cells[k]) == 0)
        return hifm_fail(err, HIFM_BAD_CONFIG, "table %s: two columns have the heading \"%s\"",
                         b->name, cells[i]);
  rows_begin(csv, cells, count);
  for (size_t i = 0; i < b->groups.count; i++) {
    fill_row(b, b->order[i], cells);
    rows_add(csv, cells);
  }
  return HIFM_OK;
}

static void group_runs(builder *b) {
  int seed = rows_column(&b->runs, "seed");
  bool by_seed = false;
  for (size_t i = 0; i < b->count; i++) by_seed |= seed >= 0 && b->sources[i].run == seed;
  view_group(&b->memory, &b->runs, b->columns, by_seed, &b->groups);
  b->averaged = b->groups.count < b->runs.count;
  order_groups(b);
}

static hifm_status build(builder *b, const char *folder, rows *csv, hifm_error *err) {
  hifm_status status = read_paper(b, folder, err);
  if (status == HIFM_OK) status = find_sources(b, err);
  if (status != HIFM_OK) return status;
  group_runs(b);
  return fill(b, csv, err);
}

static hifm_status write_both(builder *b, const char *view, const rows *csv, hifm_error *err) {
  text_buffer text = {0};
  hifm_status status = rows_write(csv, arena_format(&b->memory, "%s/%s.csv", view, b->name), err);
  table_text(&text, csv, b->name, b->declaration, true);
  if (status == HIFM_OK)
    status = files_write(arena_format(&b->memory, "%s/%s.md", view, b->name), text.text,
                         text.length, err);
  free(text.text);
  return status;
}

hifm_status table_write(const char *view, const char *name, const value *declaration,
                        const char *script_folder, const value *columns, hifm_error *err) {
  builder b = {.name = name, .declaration = declaration, .columns = columns};
  rows csv = {0};
  hifm_status status = view_check_name("a table", name, err);
  if (status == HIFM_OK)
    status = rows_read(&b.runs, arena_format(&b.memory, "%s/runs.csv", view), err);
  if (status == HIFM_OK) status = build(&b, script_folder, &csv, err);
  if (status == HIFM_OK) status = write_both(&b, view, &csv, err);
  rows_close(&csv);
  rows_close(&b.runs);
  rows_close(&b.paper);
  arena_close(&b.memory);
  return status;
}

hifm_status table_print(const char *view, const char *name, const value *declaration, FILE *out,
                        hifm_error *err) {
  arena memory = {0};
  rows csv = {0};
  text_buffer text = {0};
  hifm_status status = rows_read(&csv, arena_format(&memory, "%s/%s.csv", view, name), err);
  if (status == HIFM_OK) {
    table_text(&text, &csv, name, declaration, false);
    fputs(text.text, out);
  }
  free(text.text);
  rows_close(&csv);
  arena_close(&memory);
  return status;
}
