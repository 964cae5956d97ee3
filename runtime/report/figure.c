#include "report/figure.h"

#include "base/files.h"
#include "base/text.h"
#include "report/curves.h"
#include "report/format.h"
#include "report/plot.h"
#include "report/view.h"

#include <math.h>
#include <stdlib.h>

/* Pixels: the drawing's height per panel and its margins; beside it stands the legend. */
enum { LEFT = 80, PLOT = 620, GAP = 25, PANEL = 320, TOP = 40, BOTTOM = 60 };
enum { FAMILIES = 8, MEMBERS = 4 };

/* A hue per family; shade and dashes tell its members apart, and families of one hue. */
static const char *const COLOURS[FAMILIES][MEMBERS] = {
    {"#000000", "#555555", "#808080", "#a8a8a8"}, /* black */
    {"#1a7f37", "#57a64a", "#0b5d2a", "#8cc665"}, /* green */
    {"#c43c00", "#f08c2e", "#8f2d00", "#f5b25c"}, /* orange */
    {"#0b4fa0", "#4aa3df", "#12306b", "#7fc4ea"}, /* blue */
    {"#6a3d9a", "#a884c9", "#45207a", "#c9b0e0"}, /* purple */
    {"#b3123f", "#e36b8d", "#7d0a2b", "#f0a3b8"}, /* red */
    {"#007c7c", "#4fb8b3", "#005252", "#93d8d2"}, /* teal */
    {"#7a5c2e", "#b59460", "#54401f", "#d3bd97"}, /* brown */
};
static const char *const DASHES[MEMBERS] = {"solid", "(14,5)", "(3,4)", "(14,4,3,4)"};

typedef struct panel {
  const char *column, *title;
} panel;

typedef struct figure {
  arena memory;
  rows history;
  panel panels[CURVES_PANELS];
  int columns[CURVES_PANELS], x;
  size_t panel_count;
  const char *title, *x_title;
  curve *curves;
  size_t count;
} figure;

/* ---- what is declared ------------------------------------------------------------------------ */

static hifm_status find_column(const figure *f, const char *name, const char *column, int *out,
                               hifm_error *err) {
  *out = rows_column(&f->history, column);
  if (*out >= 0) return HIFM_OK;
  arena memory = {0};
  hifm_fail(err, HIFM_BAD_CONFIG, "figure %s: history.csv has no column \"%s\"%s", name, column,
            text_choices(&memory, column, f->history.header, f->history.columns));
  arena_close(&memory);
  return HIFM_BAD_CONFIG;
}

static hifm_status read_declaration(figure *f, const char *name, const value *declaration,
                                    hifm_error *err) {
  const value *panels = value_get(declaration, "panels");
  f->title = value_get_text(declaration, "title", name);
  f->x_title = value_get_text(declaration, "x", "epoch");
  if (!view_part(panels ? panels->count ? panels->items[0] : NULL : NULL, 0) ||
      panels->count > CURVES_PANELS)
    return hifm_fail(err, HIFM_BAD_CONFIG,
                     "figure %s: needs one to four panels = { { \"nll\", title = \"NLL\" }, ... }",
                     name);
  hifm_status status = find_column(f, name, f->x_title, &f->x, err);
  for (size_t i = 0; status == HIFM_OK && i < panels->count; i++) {
    const char *column = view_part(panels->items[i], 0);
    if (!column)
      return hifm_fail(err, HIFM_BAD_CONFIG, "figure %s: panel %zu names no column", name, i + 1);
    f->panels[i] = (panel){column, value_get_text(panels->items[i], "title", column)};
    status = find_column(f, name, column, &f->columns[i], err);
    f->panel_count++;
  }
  return status;
}

/* ---- the range of a panel -------------------------------------------------------------------- */

static int order_of_numbers(const void *left, const void *right) {
  double x = *(const double *)left, y = *(const double *)right;
  return (x > y) - (x < y);
}

/* From the smallest value to the largest, or to half a span above the 90th percentile where that
 * cuts off what is far away: in the first epochs an NLL can be a hundred times what it becomes.
 * False: there is nothing to draw. */
static bool find_range(const figure *f, size_t at, double *low, double *high) {
  size_t room = 0, count = 0;
  for (size_t i = 0; i < f->count; i++) room += f->curves[i].count;
  double *values = memory_array(room + 1, sizeof *values);
  for (size_t i = 0; i < f->count; i++)
    for (size_t k = 0; k < f->curves[i].count; k++)
      if (!isnan(f->curves[i].y[at][k])) values[count++] = f->curves[i].y[at][k];
  qsort(values, count, sizeof *values, order_of_numbers);
  if (count > 0) {
    double most = values[(count - 1) * 9 / 10], span = most - values[0];
    *low = values[0];
    *high = values[count - 1];
    if (span > 0 && *high > most + 2 * span) *high = most + 0.5 * span;
    double margin = *high > *low ? 0.04 * (*high - *low) : 0.05 * fabs(*low) + 0.5;
    *low -= margin;
    *high += margin;
  }
  free(values);
  return count > 0;
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

/* A blank line breaks the line that is drawn. */
static void add_data(text_buffer *out, const curve *c, size_t index, size_t at) {
  char x[FORMAT_ROOM], y[FORMAT_ROOM];
  text_add(out, "$c%zup%zu << END\n", index, at);
  for (size_t i = 0; i < c->count; i++)
    if (isnan(c->y[at][i]))
      text_add(out, "\n");
    else
      text_add(out, "%s %s\n", format_number(x, c->x[i]), format_number(y, c->y[at][i]));
  text_add(out, "END\n");
}

static bool has_points(const curve *c, size_t at) {
  for (size_t i = 0; i < c->count; i++)
    if (!isnan(c->y[at][i])) return true;
  return false;
}

static void add_curve(text_buffer *out, const curve *c, size_t index, size_t at, bool first) {
  size_t family = c->family % FAMILIES, member = (c->member + c->family / FAMILIES) % MEMBERS;
  text_add(out, "%s", first ? "plot " : ", \\\n  ");
  if (has_points(c, at))
    text_add(out, "$c%zup%zu using 1:2", index, at);
  else
    text_add(out, "NaN"); /* keeps its place in the legend */
  text_add(out, " with linespoints pt 7 ps 0.2 lw 1.4 lc rgb '%s' dt %s title ",
           COLOURS[family][member], DASHES[member]);
  add_quoted(out, c->label);
}

static void add_panel(text_buffer *out, const figure *f, size_t at) {
  char a[FORMAT_ROOM], b[FORMAT_ROOM];
  double low = 0, high = 1;
  find_range(f, at, &low, &high);
  for (size_t i = 0; i < f->count; i++)
    if (has_points(&f->curves[i], at)) add_data(out, &f->curves[i], i, at);
  text_add(out, "set yrange [%s:%s]\nset ylabel ", format_number(a, low), format_number(b, high));
  add_quoted(out, f->panels[at].title);
  text_add(out, "\n");
  if (at + 1 == f->panel_count) {
    text_add(out, "set xlabel offset 0,0.7 ");
    add_quoted(out, f->x_title);
    text_add(out, "\n");
  }
  for (size_t i = 0; i < f->count; i++) add_curve(out, &f->curves[i], i, at, i == 0);
  text_add(out, "\nunset key\n");
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
  size_t height = TOP + PANEL * f->panel_count + BOTTOM;
  double x = (double)width, y = (double)height;
  text_add(out, "set encoding utf8\n");
  text_add(out, "set terminal %s size %zu,%zu noenhanced font 'sans-serif,13' background 'white'\n",
           terminal, width, height);
  text_add(out, "set border 3 lc rgb '#444444'\nset tics nomirror out\n");
  text_add(out, "set grid ytics lc rgb '#dddddd' lw 0.6 dt solid\n");
  text_add(out, "set key at screen %.4f,%.4f left top Left reverse samplen 4 spacing 1.15\n",
           (LEFT + PLOT + GAP) / x, 1 - TOP / y);
  text_add(out, "set multiplot layout %zu,1 margins %.4f,%.4f,%.4f,%.4f spacing %.4f title ",
           f->panel_count, LEFT / x, (LEFT + PLOT) / x, BOTTOM / y, 1 - TOP / y, 45 / y);
}

static void add_script(text_buffer *out, const figure *f, const char *terminal) {
  arena memory = {0};
  size_t runs = 1;
  for (size_t i = 0; i < f->count; i++)
    if (f->curves[i].runs > runs) runs = f->curves[i].runs;
  add_layout(out, f, terminal);
  add_quoted(out, runs > 1 ? arena_format(&memory, "%s (means of %zu seeds)", f->title, runs)
                           : f->title);
  text_add(out, "\n");
  add_x_range(out, f);
  for (size_t at = 0; at < f->panel_count; at++) add_panel(out, f, at);
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
static hifm_status draw(figure *f, const char *terminal, const char *path, bool *made,
                        hifm_error *err) {
  text_buffer script = {0};
  char *picture = NULL;
  size_t length = 0;
  add_script(&script, f, terminal);
  hifm_status status = plot_run(script.text, script.length, &picture, &length, err);
  if (status == HIFM_OK && picture) {
    status = files_write(path, picture, length, err);
    *made = status == HIFM_OK;
  }
  free(picture);
  free(script.text);
  return status;
}

static hifm_status draw_both(figure *f, const char *path, bool *made, hifm_error *err) {
  hifm_status status = draw(f, "svg", arena_format(&f->memory, "%s.svg", path), made, err);
  if (status != HIFM_OK || !*made) return status;
  /* Its points are larger than SVG's, and the legend's room is counted in those. */
  return draw(f, "pngcairo fontscale 0.75", arena_format(&f->memory, "%s.png", path), made, err);
}

hifm_status figure_write(const char *view, const char *name, const value *declaration,
                         const value *columns, bool *made, hifm_error *err) {
  figure f = {0};
  double low, high;
  bool any = false;
  *made = false;
  hifm_status status = view_check_name("a figure", name, err);
  if (status == HIFM_OK)
    status = rows_read(&f.history, arena_format(&f.memory, "%s/history.csv", view), err);
  if (status == HIFM_OK) status = read_declaration(&f, name, declaration, err);
  if (status == HIFM_OK) {
    f.count = curves_make(&f.memory, &f.history, columns, f.x, f.columns, f.panel_count, &f.curves);
    for (size_t at = 0; at < f.panel_count; at++) any |= find_range(&f, at, &low, &high);
    mark_fewer(&f);
    if (any)
      status = draw_both(&f, arena_format(&f.memory, "%s/%s", view, name), made, err);
    else
      hifm_fail(err, HIFM_OK, "nothing is measured yet");
  }
  rows_close(&f.history);
  arena_close(&f.memory);
  return status;
}

hifm_status figure_check(const char *name, const value *declaration, const rows *history,
                         hifm_error *err) {
  figure f = {.history = *history};
  hifm_status status = view_check_name("a figure", name, err);
  return status == HIFM_OK ? read_declaration(&f, name, declaration, err) : status;
}
