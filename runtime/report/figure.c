#include "report/figure.h"

#include "base/files.h"
#include "base/text.h"
#include "report/columns.h"
#include "report/curves.h"
#include "report/entries.h"
#include "report/format.h"
#include "report/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pixels: the drawing's height per panel and its margins; beside it stands the legend. */
enum { LEFT = 105, PLOT = 620, GAP = 25, PANEL = 330, BETWEEN = 60, TOP = 50, BOTTOM = 75 };
enum { FAMILIES = 8 };
/* A curve of more points than this is shown as dots and a smooth line. */
enum { PLAIN_POINTS = 60 };

/* A hue per family, those of Okabe and Ito (2008), which colour-blind readers tell apart; shade and
 * dashes tell its members apart, and families of one hue. */
static const char *const COLOURS[FAMILIES][CURVES_MEMBERS] = {
    {"#000000", "#555555", "#808080", "#a8a8a8"}, /* black */
    {"#009e73", "#5cc4a5", "#006b4e", "#8fd6bf"}, /* green */
    {"#d55e00", "#f0944d", "#8f3d00", "#f5b88a"}, /* vermilion */
    {"#0072b2", "#4aa3df", "#004a75", "#8cc4ea"}, /* blue */
    {"#cc79a7", "#dda5c4", "#8f4a73", "#e3b5cf"}, /* purple */
    {"#e69f00", "#f0bf55", "#a37100", "#f5d591"}, /* orange */
    {"#56b4e9", "#8fcff2", "#2a86b8", "#b5dff5"}, /* sky */
    {"#7a5c2e", "#b59460", "#54401f", "#d3bd97"}, /* brown */
};
static const char *const DASHES[CURVES_MEMBERS] = {"solid", "(14,5)", "(3,4)", "(14,4,3,4)"};

typedef struct figure {
  arena memory;
  const figure_request *request;
  column_set known;
  csv_table history;
  curves_request wanted;             /* with the columns of the panels */
  const char *panels[CURVES_PANELS]; /* titles */
  const char *title, *x_title;
  curve *curves;
  size_t count;
  bool smooth;
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
  status_code status = find_column(f, x, &f->wanted.x, &f->x_title, err);
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
  if (status == STATUS_OK) f->panels[at] = value_get_text(entry, "title", title);
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
  f->title = value_get_text(request->declaration, "title", request->name);
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

/* ---- the script ------------------------------------------------------------------------------ */

/* Within single quotes gnuplot reads nothing but a doubled quote; a text stays on its line. */
static void add_quoted(text_buffer *out, const char *text) {
  text_add(out, "'");
  for (; *text; text++) {
    char c = (unsigned char)*text < 32 ? ' ' : *text;
    text_add_bytes(out, &c, 1);
    if (c == '\'') text_add_bytes(out, &c, 1);
  }
  text_add(out, "'");
}

/* x, y, and the smooth line's y. A blank line breaks the line that is drawn. */
static void add_data(text_buffer *out, const curve *c, size_t index, size_t at) {
  char x[FORMAT_ROOM], y[FORMAT_ROOM], smooth[FORMAT_ROOM];
  text_add(out, "$c%zup%zu << END\n", index, at);
  for (size_t i = 0; i < c->count; i++)
    if (isnan(c->y[at][i]))
      text_add(out, "\n");
    else
      text_add(out, "%s %s %s\n", format_number(x, c->x[i]), format_number(y, c->y[at][i]),
               format_number(smooth, curves_smoothed(c, at, i)));
  text_add(out, "END\n");
}

static bool has_points(const curve *c, size_t at) {
  for (size_t i = 0; i < c->count; i++)
    if (!isnan(c->y[at][i])) return true;
  return false;
}

static const char *colour_of(const curve *c) {
  return COLOURS[c->family % FAMILIES][(c->member + c->family / FAMILIES) % CURVES_MEMBERS];
}

/* Pale: the lines that are drawn over them count. */
static void add_dots(text_buffer *out, const figure *f, size_t at) {
  for (size_t i = 0; i < f->count; i++)
    if (has_points(&f->curves[i], at))
      text_add(out, "$c%zup%zu using 1:2 with points pt 7 ps 0.25 lc rgb '#b0%s' notitle, \\\n  ",
               i, at, colour_of(&f->curves[i]) + 1);
}

static void add_line(text_buffer *out, const figure *f, size_t index, size_t at) {
  const curve *c = &f->curves[index];
  if (has_points(c, at))
    text_add(out, "$c%zup%zu using 1:%d", index, at, f->smooth ? 3 : 2);
  else
    text_add(out, "NaN"); /* keeps its place in the legend */
  text_add(out, " with %s lc rgb '%s' dt %s title ",
           f->smooth ? "lines lw 1.8" : "linespoints pt 7 ps 0.4 lw 1.4", colour_of(c),
           DASHES[(c->member + c->family + c->family / FAMILIES) % CURVES_MEMBERS]);
  add_quoted(out, c->label);
  text_add(out, "%s", index + 1 < f->count ? ", \\\n  " : "\n");
}

/* The panel's own words: not as an ylabel, which wide numbers beside the axis push off the page. A
 * line that leaves the panel must not be taken for one that ends. */
static void add_words(text_buffer *out, const figure *f, const curves_range *range, size_t at) {
  text_add(out, "unset label\nset label ");
  add_quoted(out, f->panels[at]);
  text_add(out, " at character 2,graph 0.5 center rotate\n");
  if (range->above)
    text_add(out,
             "set label '%zu of %zu points above' at graph 1,1 right offset 0,0.6 font ',11'\n",
             range->above, range->points);
  if (f->smooth && at + 1 == f->wanted.panel_count)
    text_add(out,
             "set label 'dots: each point; lines: running mean of the middle half of %d' "
             "at character 1.5,0.8 font ',11'\n",
             CURVES_WINDOW);
}

static void add_panel(text_buffer *out, const figure *f, size_t at) {
  char a[FORMAT_ROOM], b[FORMAT_ROOM];
  const curves_range range = curves_find_range(f->curves, f->count, at);
  for (size_t i = 0; i < f->count; i++)
    if (has_points(&f->curves[i], at)) add_data(out, &f->curves[i], i, at);
  text_add(out, "set yrange [%s:%s]\n", format_number(a, range.low), format_number(b, range.high));
  if (at + 1 == f->wanted.panel_count) {
    text_add(out, "set xlabel offset 0,0.7 ");
    add_quoted(out, f->x_title);
    text_add(out, "\n");
  }
  add_words(out, f, &range, at);
  text_add(out, "plot ");
  if (f->smooth) add_dots(out, f, at);
  for (size_t i = 0; i < f->count; i++) add_line(out, f, i, at);
  text_add(out, "unset key\n");
}

static void add_x_range(text_buffer *out, const figure *f) {
  char a[FORMAT_ROOM], b[FORMAT_ROOM];
  double low = INFINITY, high = -INFINITY;
  for (size_t i = 0; i < f->count; i++)
    if (f->curves[i].count) {
      low = fmin(low, f->curves[i].x[0]);
      high = fmax(high, f->curves[i].x[f->curves[i].count - 1]);
    }
  if (low >= high) high = low + 1;
  text_add(out, "set xrange [%s:%s]\n", format_number(a, low), format_number(b, high));
}

static size_t legend_width(const figure *f) {
  size_t letters = 0;
  for (size_t i = 0; i < f->count; i++) {
    size_t width = format_width(f->curves[i].label);
    if (width > letters) letters = width;
  }
  return 70 + 8 * (letters > 100 ? 100 : letters);
}

static void add_layout(text_buffer *out, const figure *f, const char *terminal) {
  size_t width = LEFT + PLOT + GAP + legend_width(f);
  size_t height = TOP + PANEL * f->wanted.panel_count + BOTTOM;
  double x = (double)width, y = (double)height;
  text_add(out, "set encoding utf8\n");
  text_add(out, "set terminal %s size %zu,%zu noenhanced font 'sans-serif,13' background 'white'\n",
           terminal, width, height);
  text_add(out, "set border 3 lc rgb '#444444'\nset tics nomirror out\n");
  text_add(out, "set grid ytics lc rgb '#dddddd' lw 0.6 dt solid\n");
  text_add(out, "set key at screen %.4f,%.4f left top Left reverse samplen 4 spacing 1.15\n",
           (LEFT + PLOT + GAP) / x, 1 - TOP / y);
  text_add(out, "set multiplot layout %zu,1 margins %.4f,%.4f,%.4f,%.4f spacing %.4f title ",
           f->wanted.panel_count, LEFT / x, (LEFT + PLOT) / x, BOTTOM / y, 1 - TOP / y,
           BETWEEN / y);
}

static void add_script(text_buffer *out, const figure *f, const char *terminal) {
  arena memory = {0};
  size_t runs = 1;
  for (size_t i = 0; i < f->count; i++)
    if (f->curves[i].runs > runs) runs = f->curves[i].runs;
  add_layout(out, f, terminal);
  add_quoted(out,
             runs > 1 ? arena_format(&memory, "%s, means of %zu seeds", f->title, runs) : f->title);
  text_add(out, "\n");
  add_x_range(out, f);
  for (size_t at = 0; at < f->wanted.panel_count; at++) add_panel(out, f, at);
  text_add(out, "unset multiplot\n");
  arena_close(&memory);
}

/* A mean of fewer seeds than the others' says so. */
static void mark_fewer(figure *f) {
  size_t most = 0;
  for (size_t i = 0; i < f->count; i++)
    if (f->curves[i].runs > most) most = f->curves[i].runs;
  for (curve *c = f->curves; c < f->curves + f->count; c++)
    if (c->runs < most)
      c->label = arena_format(&f->memory, "%s (%zu of %zu)", c->label, c->runs, most);
}

/* *made stays false where gnuplot is not there. */
static status_code draw(figure *f, const char *terminal, const char *path, bool *made,
                        failure *err) {
  text_buffer script = {0};
  char *picture = NULL;
  size_t length = 0;
  add_script(&script, f, terminal);
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
  f->wanted.columns = request->columns;
  f->count = curves_make(&f->memory, &f->wanted, &f->curves);
  for (size_t at = 0; at < f->wanted.panel_count; at++)
    any |= curves_find_range(f->curves, f->count, at).points > 0;
  for (size_t i = 0; i < f->count; i++) f->smooth |= f->curves[i].count > PLAIN_POINTS;
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
