#include "report/figure_script.h"

#include "report/format.h"

#include <math.h>

/* Pixels: the drawing's height per panel and its margins; the legend is to its right. */
enum { LEFT = 105, PLOT = 620, GAP = 25, PANEL = 330, BETWEEN = 60, TOP = 50, BOTTOM = 75 };
enum { FAMILIES = 8 };

/* A hue per family, those of Okabe and Ito (2008), which colour-blind readers distinguish; shade
 * and dashes distinguish its members, and families of one hue. */
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

/* Within single quotes only a doubled quote is special to gnuplot; a line break would end the text.
 */
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

/* Pale, because the lines that are drawn over them are what a reader should see. */
static void add_dots(text_buffer *out, const figure_picture *f, size_t at) {
  for (size_t i = 0; i < f->count; i++)
    if (has_points(&f->curves[i], at))
      text_add(out, "$c%zup%zu using 1:2 with points pt 7 ps 0.25 lc rgb '#b0%s' notitle, \\\n  ",
               i, at, colour_of(&f->curves[i]) + 1);
}

static void add_line(text_buffer *out, const figure_picture *f, size_t index, size_t at) {
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

/* The panel's own words: not as an ylabel, which wide numbers at the axis push off the page. A line
 * that leaves the panel must not look like one that ends. */
static void add_words(text_buffer *out, const figure_picture *f, const curves_range *range,
                      size_t at) {
  text_add(out, "unset label\nset label ");
  add_quoted(out, f->panels[at]);
  text_add(out, " at character 2,graph 0.5 center rotate\n");
  if (range->above)
    text_add(out,
             "set label '%zu of %zu points above' at graph 1,1 right offset 0,0.6 font ',11'\n",
             range->above, range->points);
  if (f->smooth && at + 1 == f->panel_count)
    text_add(out,
             "set label 'dots: each point; lines: running mean of the middle half of %d' "
             "at character 1.5,0.8 font ',11'\n",
             CURVES_WINDOW);
}

static void add_panel(text_buffer *out, const figure_picture *f, size_t at) {
  char a[FORMAT_ROOM], b[FORMAT_ROOM];
  const curves_range range = curves_find_range(f->curves, f->count, at);
  for (size_t i = 0; i < f->count; i++)
    if (has_points(&f->curves[i], at)) add_data(out, &f->curves[i], i, at);
  text_add(out, "set yrange [%s:%s]\n", format_number(a, range.low), format_number(b, range.high));
  if (at + 1 == f->panel_count) {
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

static void add_x_range(text_buffer *out, const figure_picture *f) {
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

static size_t legend_width(const figure_picture *f) {
  size_t letters = 0;
  for (size_t i = 0; i < f->count; i++) {
    size_t width = format_width(f->curves[i].label);
    if (width > letters) letters = width;
  }
  return 70 + 8 * (letters > 100 ? 100 : letters);
}

static void add_layout(text_buffer *out, const figure_picture *f, const char *terminal) {
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
           f->panel_count, LEFT / x, (LEFT + PLOT) / x, BOTTOM / y, 1 - TOP / y, BETWEEN / y);
}

void figure_script(text_buffer *out, const figure_picture *f, const char *terminal) {
  arena memory = {0};
  size_t runs = 1;
  for (size_t i = 0; i < f->count; i++)
    if (f->curves[i].runs > runs) runs = f->curves[i].runs;
  add_layout(out, f, terminal);
  add_quoted(out,
             runs > 1 ? arena_format(&memory, "%s, means of %zu seeds", f->title, runs) : f->title);
  text_add(out, "\n");
  add_x_range(out, f);
  for (size_t at = 0; at < f->panel_count; at++) add_panel(out, f, at);
  text_add(out, "unset multiplot\n");
  arena_close(&memory);
}
