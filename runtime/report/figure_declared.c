/* What a script declares of a figure. */
#include "base/key_map.h"
#include "base/text.h"
#include "plan/schema.h"
#include "report/entries.h"
#include "report/figure_parts.h"
#include "report/groups.h"
#include "report/keys.h"
#include "report/row_filter.h"

#include <string.h>

const char *figure_where(figure *f) {
  return arena_format(&f->memory, "figure %s", f->request->name);
}

/* ---- settings: x, facets --------------------------------------------------------------------- */

/* *found: it varies here. A setting that does not is not a mistake: another profile has it. */
static status_code find_setting(figure *f, const char *key, const char *name, bool *found,
                                failure *err) {
  const value *columns = f->request->columns;
  const char **known = arena_get(&f->memory, (columns->count + 3) * sizeof *known);
  const bool x = strcmp(key, "x") == 0;
  size_t count = 0;
  *found = false;
  for (size_t i = 0; i < columns->count; i++) {
    known[count++] = columns->items[i]->text;
    *found |= strcmp(columns->items[i]->text, name) == 0;
  }
  if (x) known[count++] = "epoch";
  if (x) known[count++] = "step";
  const bool setting = schema_section_of(name) < SECTIONS && !text_nearest(name, known, count);
  if (*found || setting) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "%s: %s = \"%s\" is not %sa setting that varies%s",
                     figure_where(f), key, name, x ? "epoch, step or " : "",
                     text_choices(&f->memory, name, known, count));
}

static status_code check_facets(figure *f, const bool *fits, failure *err) {
  const char *name = value_get_text(f->request->declaration, "facets", "");
  const int column = csv_table_column(&f->runs, name);
  key_map cells = key_map_new(&f->memory);
  for (size_t r = 0; column >= 0 && r < f->runs.count; r++)
    if ((!fits || fits[r]) && *f->runs.cells[r][column])
      key_map_put_text(&cells, f->runs.cells[r][column], r);
  if (cells.count <= FIGURE_FACETS) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "%s: facets = \"%s\" has %zu values, and at most %d fit into a figure; choose "
                     "some of them with only",
                     figure_where(f), name, cells.count, FIGURE_FACETS);
}

static status_code check_x(const figure *f, const char *where, failure *err) {
  const bool log = f->picture.log_x;
  for (size_t r = 0; r < f->shown.count; r++) {
    const char *cell = f->shown.cells[r][f->wanted.x];
    double x;
    if (!*cell) continue;
    if (!text_number(cell, &x))
      return failure_set(
          err, STATUS_BAD_CONFIG,
          "%s: x = \"%s\": \"%s\" is not a number; facets = \"%s\" makes a panel for "
          "each",
          where, f->picture.x_title, cell, f->picture.x_title);
    if (log && x <= 0)
      return failure_set(err, STATUS_BAD_CONFIG, "%s: log_x cannot show %s", where, cell);
  }
  return STATUS_OK;
}

bool figure_is_course(const char *x) {
  return strcmp(x, "epoch") == 0 || strcmp(x, "step") == 0;
}

/* Chooses the file, too: the course of training is in history.csv. */
static status_code read_x(figure *f, failure *err) {
  const value *declared = f->request->declaration;
  const char *x = value_get_text(declared, "x", "epoch");
  bool varies = true;
  f->of_runs = f->picture.of_settings = !figure_is_course(x);
  status_code status = f->of_runs ? find_setting(f, "x", x, &varies, err) : STATUS_OK;
  if (status == STATUS_OK && f->of_runs && figure_wants_unfinished(declared))
    status = failure_set(err, STATUS_BAD_CONFIG,
                         "%s: unfinished: x = \"%s\" shows numbers that only finished runs have; "
                         "it needs x = \"epoch\" or \"step\"",
                         figure_where(f), x);
  f->picture.x_title = x;
  f->picture.log_x = value_get_bool(declared, "log_x", false);
  f->wanted.level = f->of_runs;
  f->wanted.reason = f->of_runs ? "reason" : "solver";
  if (!varies) f->nothing = arena_format(&f->memory, "%s does not vary here", x);
  if (f->of_runs || status != STATUS_OK) return status;
  f->picture.x_title = columns_in_history(&f->known, x)->title;
  return status;
}

/* The conditions are checked with runs.csv, which has all runs before the first one has begun. */
status_code figure_choose_rows(figure *f, const csv_table *all, failure *err) {
  const value *only = value_get(f->request->declaration, "only");
  row_filter filter = {&f->memory, &f->runs, figure_where(f), f->request->partial};
  const char *text;
  bool *fits = arena_get(&f->memory, f->runs.count + all->count + 1);
  status_code status = only ? row_filter_only(&filter, only, fits, &text, err) : STATUS_OK;
  if (status == STATUS_OK) status = check_facets(f, only ? fits : NULL, err);
  if (status != STATUS_OK) return status;
  memset(fits, 0, f->runs.count);
  filter.rows = all;
  filter.partial = true;
  status = row_filter_only(&filter, only, fits, &text, err);
  f->shown = (csv_table){.header = all->header, .columns = all->columns};
  f->shown.cells = arena_get(&f->memory, (all->count + 1) * sizeof *f->shown.cells);
  for (size_t r = 0; r < all->count; r++)
    if (fits[r]) f->shown.cells[f->shown.count++] = all->cells[r];
  f->wanted.table = &f->shown;
  return status;
}

static status_code choose_rows(figure *f, failure *err) {
  const csv_table *all = f->of_runs ? &f->runs : &f->history;
  const status_code status = figure_choose_rows(f, all, err);
  if (status != STATUS_OK || f->nothing) return status;
  f->wanted.x = csv_table_column(all, value_get_text(f->request->declaration, "x", "epoch"));
  return f->of_runs ? check_x(f, figure_where(f), err) : status;
}

static status_code read_facets(figure *f, failure *err) {
  const char *name = value_get_text(f->request->declaration, "facets", NULL);
  bool varies;
  if (!name) return STATUS_OK;
  const status_code status = find_setting(f, "facets", name, &varies, err);
  if (status == STATUS_OK && varies) f->wanted.facet = name;
  return status;
}

/* ---- panels ---------------------------------------------------------------------------------- */

static const char *title_of(figure *f, const char *column) {
  enum { MOST = 45 };
  const column_facts *facts =
      f->of_runs ? columns_in_runs(&f->known, column) : columns_in_history(&f->known, column);
  if (!facts) return column;
  if (facts->title) return facts->title;
  return strlen(facts->meaning) <= MOST ? facts->meaning : column;
}

static status_code find_column(figure *f, const char *column, int *out, failure *err) {
  const csv_table *table = &f->shown;
  const char **known = arena_get(&f->memory, (table->columns + 1) * sizeof *known);
  size_t count = 0;
  *out = csv_table_column(table, column);
  if (*out >= 0 && (!f->of_runs || columns_in_runs(&f->known, column))) return STATUS_OK;
  for (size_t i = 0; i < table->columns; i++)
    if (!f->of_runs || columns_in_runs(&f->known, table->header[i]))
      known[count++] = table->header[i];
  return failure_set(err, STATUS_BAD_CONFIG, "%s: %s \"%s\"%s", figure_where(f),
                     f->of_runs ? "runs.csv has no number" : "history.csv has no column", column,
                     text_choices(&f->memory, column, known, count));
}

static status_code read_panel(figure *f, const value *entry, failure *err) {
  const size_t at = f->wanted.panel_count++;
  const char *column = entries_part(entry, 0);
  if (!column)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: panel %zu names no column", figure_where(f),
                       at + 1);
  status_code status = keys_check(figure_where(f), entry, KEYS_PANEL, err);
  if (status == STATUS_OK) status = find_column(f, column, &f->wanted.panels[at], err);
  if (status != STATUS_OK) return status;
  f->picture.panels[at] = value_get_text(entry, "title", title_of(f, column));
  f->picture.log_y[at] = value_get_bool(entry, "log", false);
  return status;
}

static status_code read_panels(figure *f, failure *err) {
  const value *panels = value_get(f->request->declaration, "panels");
  const value *first = panels && panels->count ? panels->items[0] : NULL;
  if (!entries_part(first, 0) || panels->count > CURVES_PANELS)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: needs one to four panels = { { \"nll\", title = \"NLL\" }, ... }",
                       figure_where(f));
  for (size_t i = 0; i < panels->count; i++) {
    const status_code status = read_panel(f, panels->items[i], err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

static status_code read_seeds(figure *f, failure *err) {
  static const char *const WORDS[] = {"none", "bars", "band"};
  const char *word = value_get_text(f->request->declaration, "seeds", f->of_runs ? "bars" : "none");
  for (size_t i = 0; i < 3; i++)
    if (strcmp(word, WORDS[i]) == 0) {
      f->picture.spread = (figure_spread)i;
      return STATUS_OK;
    }
  return failure_set(err, STATUS_BAD_CONFIG, "%s: seeds must be \"none\", \"bars\" or \"band\"",
                     figure_where(f));
}

/* The columns in which curves differ: x is along them. */
static void choose_columns(figure *f) {
  f->wanted.columns = f->request->columns;
  if (csv_table_column(&f->history, FIGURE_UNFINISHED) >= 0) {
    value *columns = value_copy(&f->memory, f->request->columns);
    value_push(&f->memory, columns, value_text(&f->memory, FIGURE_UNFINISHED));
    f->wanted.columns = columns;
  }
  if (!f->of_runs || f->nothing) return;
  f->wanted.columns = groups_without(&f->memory, &f->shown, f->request->columns, &f->wanted.x, 1);
  value *others = value_new(&f->memory, VALUE_LIST);
  for (size_t i = 0; i < f->wanted.columns->count; i++)
    if (strcmp(f->wanted.columns->items[i]->text, f->picture.x_title) != 0)
      value_push(&f->memory, others, f->wanted.columns->items[i]);
  f->wanted.columns = others;
}

/* Keys that belong to the other kind of figure. */
static status_code check_kind(figure *f, failure *err) {
  static const char *const OF_CURVES[] = {"x",     "log_x",      "panels", "facets",
                                          "seeds", "unfinished", NULL};
  static const char *const OF_HISTOGRAMS[] = {"audit", "weights", NULL};
  const value *declared = f->request->declaration;
  const bool is_histogram = figure_histogram(declared) != NULL;
  for (const char *const *key = is_histogram ? OF_CURVES : OF_HISTOGRAMS; *key; key++)
    if (value_get(declared, *key))
      return failure_set(err, STATUS_BAD_CONFIG, "%s: %s is %s", figure_where(f), *key,
                         is_histogram ? "not for a histogram" : "only for a histogram");
  return STATUS_OK;
}

status_code figure_read(figure *f, failure *err) {
  const value *declared = f->request->declaration;
  f->picture.title = value_get_text(declared, "title", f->request->name);
  status_code status = keys_check(figure_where(f), declared, KEYS_FIGURE, err);
  if (status == STATUS_OK) status = check_kind(f, err);
  if (figure_histogram(declared))
    return status == STATUS_OK ? figure_read_histogram(f, err) : status;
  if (status == STATUS_OK) status = read_x(f, err);
  if (status == STATUS_OK) status = choose_rows(f, err);
  if (status == STATUS_OK) status = read_panels(f, err);
  if (status == STATUS_OK) status = read_facets(f, err);
  if (status == STATUS_OK) status = read_seeds(f, err);
  if (status == STATUS_OK) choose_columns(f);
  return status;
}
