#include "report/figure.h"

#include "base/files.h"
#include "base/text.h"
#include "report/columns.h"
#include "report/curves.h"
#include "report/entries.h"
#include "report/figure_script.h"
#include "report/plot.h"

#include <stdlib.h>
#include <string.h>

/* A curve of more points than this is shown as dots and a smooth line. */
enum { PLAIN_POINTS = 60 };

typedef struct figure {
  arena memory;
  const figure_request *request;
  column_set known;
  csv_table history;
  curves_request wanted; /* with the columns of the panels */
  figure_picture picture;
} figure;

/* ---- what is declared ------------------------------------------------------------------------ */

/* title: the column's words, or its name where it has none. */
static status_code find_column(figure *f, const char *column, int *out, const char **title,
                               failure *err) {
  const column_facts *facts = columns_in_history(&f->known, column);
  *title = facts ? facts->title : column;
  *out = csv_table_column(&f->history, column);
  if (*out >= 0) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "figure %s: history.csv has no column \"%s\"%s",
                     f->request->name, column,
                     text_choices(&f->memory, column, f->history.header, f->history.columns));
}

static status_code read_x(figure *f, failure *err) {
  const char *x = value_get_text(f->request->declaration, "x", "epoch");
  status_code status = find_column(f, x, &f->wanted.x, &f->picture.x_title, err);
  if (status == STATUS_OK && strcmp(x, "epoch") != 0 && strcmp(x, "step") != 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "figure %s: x = \"%s\": must be \"epoch\" or \"step\": a figure shows the "
                       "course of training; what settings change is shown by tables",
                       f->request->name, x);
  return status;
}

static status_code read_panel(figure *f, const value *entry, failure *err) {
  static const entries_key KNOWN[] = {{"title", VALUE_TEXT}};
  const size_t at = f->wanted.panel_count++;
  const char *where = arena_format(&f->memory, "figure %s", f->request->name), *title;
  const char *column = entries_part(entry, 0);
  if (!column)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: panel %zu names no column", where, at + 1);
  status_code status = entries_check_keys(where, entry, KNOWN, 1, err);
  if (status == STATUS_OK) status = find_column(f, column, &f->wanted.panels[at], &title, err);
  if (status == STATUS_OK) f->picture.panels[at] = value_get_text(entry, "title", title);
  return status;
}

static status_code read_declaration(figure *f, failure *err) {
  static const entries_key KNOWN[] = {
      {"title", VALUE_TEXT}, {"x", VALUE_TEXT}, {"panels", VALUE_NULL}};
  const figure_request *request = f->request;
  const char *where = arena_format(&f->memory, "figure %s", request->name);
  const value *panels = value_get(request->declaration, "panels");
  status_code status = entries_check_keys(where, request->declaration, KNOWN, 3, err);
  if (status != STATUS_OK) return status;
  f->picture.title = value_get_text(request->declaration, "title", request->name);
  const value *first = panels && panels->count ? panels->items[0] : NULL;
  if (!entries_part(first, 0) || panels->count > CURVES_PANELS)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: needs one to four panels = { { \"nll\", title = \"NLL\" }, ... }",
                       where);
  status = read_x(f, err);
  for (size_t i = 0; status == STATUS_OK && i < panels->count; i++)
    status = read_panel(f, panels->items[i], err);
  return status;
}

/* ---- what is drawn --------------------------------------------------------------------------- */

/* A mean of fewer seeds than the others' says so. */
static void mark_fewer(figure *f) {
  size_t most = 0;
  for (size_t i = 0; i < f->picture.count; i++)
    if (f->picture.curves[i].runs > most) most = f->picture.curves[i].runs;
  for (curve *c = f->picture.curves; c < f->picture.curves + f->picture.count; c++)
    if (c->runs < most)
      c->label = arena_format(&f->memory, "%s (%zu of %zu)", c->label, c->runs, most);
}

/* *made stays false where gnuplot is not there. */
static status_code draw(figure *f, const char *terminal, const char *path, bool *made,
                        failure *err) {
  text_buffer script = {0};
  char *picture = NULL;
  size_t length = 0;
  figure_script(&script, &f->picture, terminal);
  status_code status = plot_run(script.text, script.length, &picture, &length, err);
  if (status == STATUS_OK && picture) {
    status = files_write(path, picture, length, err);
    *made = status == STATUS_OK;
  }
  free(picture);
  free(script.text);
  return status;
}

static status_code draw_both(figure *f, const char *path, bool *made, failure *err) {
  status_code status = draw(f, "svg", arena_format(&f->memory, "%s.svg", path), made, err);
  if (status != STATUS_OK || !*made) return status;
  /* Its points are larger than SVG's, and the legend's room is counted in those. */
  return draw(f, "pngcairo fontscale 0.75", arena_format(&f->memory, "%s.png", path), made, err);
}

static status_code make(figure *f, bool *made, failure *err) {
  const figure_request *request = f->request;
  bool any = false;
  f->wanted.history = &f->history;
  f->picture.panel_count = f->wanted.panel_count;
  f->wanted.columns = request->columns;
  f->picture.count = curves_make(&f->memory, &f->wanted, &f->picture.curves);
  for (size_t at = 0; at < f->wanted.panel_count; at++)
    any |= curves_find_range(f->picture.curves, f->picture.count, at).points > 0;
  for (size_t i = 0; i < f->picture.count; i++)
    f->picture.smooth |= f->picture.curves[i].count > PLAIN_POINTS;
  mark_fewer(f);
  if (any)
    return draw_both(f, arena_format(&f->memory, "%s/%s", request->folder, request->name), made,
                     err);
  failure_set(err, STATUS_OK, "nothing is measured yet");
  return STATUS_OK;
}

static status_code remove_files(const figure_request *request, failure *err) {
  status_code status = entries_remove(request->folder, request->name, ".svg", err);
  return status == STATUS_OK ? entries_remove(request->folder, request->name, ".png", err) : status;
}

void figure_remove(const char *folder, const char *name) {
  const figure_request request = {.folder = folder, .name = name};
  remove_files(&request, NULL);
}

static figure begin(const figure_request *request) {
  figure f = {.request = request};
  f.known = columns_of(&f.memory, request->metrics);
  return f;
}

status_code figure_write(const figure_request *request, bool *made, failure *err) {
  *made = false;
  status_code status = entries_check_name("a figure", request->name, err);
  if (status != STATUS_OK) return status;
  figure f = begin(request);
  status =
      csv_table_read(&f.history, arena_format(&f.memory, "%s/history.csv", request->folder), err);
  if (status == STATUS_OK) status = read_declaration(&f, err);
  if (status == STATUS_OK) status = make(&f, made, err);
  csv_table_close(&f.history);
  arena_close(&f.memory);
  if (status != STATUS_OK) remove_files(request, NULL);
  return status == STATUS_OK && !*made ? remove_files(request, err) : status;
}

status_code figure_check(const figure_request *request, const csv_table *history, failure *err) {
  figure f = begin(request);
  f.history = *history;
  status_code status = entries_check_name("a figure", request->name, err);
  if (status == STATUS_OK) status = read_declaration(&f, err);
  arena_close(&f.memory);
  return status;
}
