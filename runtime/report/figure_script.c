#include "report/figure_script.h"

#include "report/figure_data.h"
#include "report/figure_layout.h"
#include "report/figure_text.h"
#include "report/figure_tics.h"
#include "report/format.h"

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

static const char *colour_of(const curve *c) {
  return COLOURS[c->family % FAMILIES][(c->member + c->family / FAMILIES) % CURVES_MEMBERS];
}

/* Markers distinguish lines in print without colour, too. */
static int marker_of(const curve *c) {
  static const int MARKERS[] = {7, 5, 9, 13, 11, 6, 4, 8, 12, 10};
  return MARKERS[c->style % (sizeof MARKERS / sizeof *MARKERS)];
}

/* Pale, because the lines that are drawn over them are what a reader should see. */
static void add_dots(text_buffer *out, const figure_picture *f, const figure_panel *p) {
  for (size_t i = 0; i < f->count && f->smooth; i++)
    if (figure_data_has(f, p, i))
      text_add(out, "$c%zup%zu using %d:%d with points pt 7 ps 0.25 lc rgb '#b0%s' notitle, \\\n  ",
               i, p->panel, FIGURE_X, FIGURE_POINT, colour_of(&f->curves[i]) + 1);
}

static void add_spread(text_buffer *out, const figure_picture *f, const figure_panel *p) {
  for (size_t i = 0; i < f->count && f->spread != FIGURE_NONE; i++) {
    const char *colour = colour_of(&f->curves[i]);
    if (!figure_data_has(f, p, i)) continue;
    if (f->spread == FIGURE_BAND)
      text_add(out,
               "$c%zup%zu using %d:%d:%d with filledcurves fs transparent solid 0.15 noborder "
               "lc rgb '%s' notitle, \\\n  ",
               i, p->panel, FIGURE_X, FIGURE_LOW, FIGURE_HIGH, colour);
    else
      text_add(out,
               "$c%zup%zu using %d:%d:%d:%d with yerrorbars pt 0 lw 1 lc rgb '%s' notitle, "
               "\\\n  ",
               i, p->panel, FIGURE_X, FIGURE_LINE, FIGURE_LOW, FIGURE_HIGH, colour);
  }
}

static void add_failed(text_buffer *out, const figure_picture *f, const figure_panel *p) {
  for (size_t i = 0; i < f->count; i++)
    if (figure_data_failed(f, p, i))
      text_add(out, "$f%zup%zu with points pt 2 ps 0.5 lc rgb '%s' notitle, \\\n  ", i, p->panel,
               colour_of(&f->curves[i]));
}

/* The legend, in the first panel, has each label once. */
static bool is_first(const figure_picture *f, size_t index) {
  for (size_t i = 0; i < index; i++)
    if (f->curves[i].style == f->curves[index].style) return false;
  return true;
}

static void add_steps(text_buffer *out, const curve *c) {
  static const char *const STEPS[] = {
      [FIGURE_DATA] = "fillsteps fs solid 0.4 noborder lc rgb '#808080'",
      [FIGURE_SAMPLES] = "steps lw 1.8 lc rgb '#0072b2' dt solid",
      [FIGURE_REWEIGHTED] = "steps lw 1.8 lc rgb '#d55e00' dt (7,3)"};
  text_add(out, " with %s", STEPS[c->family % (sizeof STEPS / sizeof *STEPS)]);
}

static void add_style(text_buffer *out, const figure_picture *f, const curve *c) {
  if (f->histogram) {
    add_steps(out, c);
    return;
  }
  enum { MARKERS = 12 };
  const char *dashes = DASHES[(c->member + c->family + c->family / FAMILIES) % CURVES_MEMBERS];
  const size_t interval = c->count / MARKERS + 1;
  text_add(out, " with linespoints pt %d pi %zu ps %s lw %s lc rgb '%s' dt %s", marker_of(c),
           interval, f->smooth ? "0.7" : "0.6", f->smooth ? "1.8" : "1.4", colour_of(c), dashes);
}

static void add_line(text_buffer *out, const figure_picture *f, const figure_panel *p,
                     size_t index) {
  const curve *c = &f->curves[index];
  const bool first = is_first(f, index) && p->panel == 0 && p->facet == 0;
  if (figure_data_has(f, p, index)) {
    text_add(out, "$c%zup%zu using %d:%d", index, p->panel, FIGURE_X, FIGURE_LINE);
    add_style(out, f, c);
    text_add(out, " notitle, \\\n  ");
  }
  if (!first) return;
  text_add(out, "NaN"); /* its place in the legend */
  add_style(out, f, c);
  text_add(out, " title ");
  figure_text_add(out, c->label, f->drawn);
  text_add(out, ", \\\n  ");
}

/* ---- words ----------------------------------------------------------------------------------- */

/* What the marks mean, once for the page. */
static void add_legend(text_buffer *out, const figure_picture *f, bool failed) {
  arena memory = {0};
  const char *text = "";
  if (f->smooth)
    text = arena_format(&memory, "dots: each point; lines: running mean of the middle half of %d",
                        CURVES_WINDOW);
  if (f->spread != FIGURE_NONE)
    text = arena_format(&memory, "%s%s%s: standard deviation over seeds", text, *text ? "; " : "",
                        f->spread == FIGURE_BAND ? "bands" : "bars");
  if (failed)
    text = arena_format(&memory, "%s%s× : a run failed, or its solver", text, *text ? "; " : "");
  if (f->histogram)
    text = "outside: share of the samples; above: bins of reweighted that are cut off";
  if (*text) text_add(out, "set label '%s' at character 1.5,0.8 font ',11'\n", text);
  arena_close(&memory);
}

/* A line that leaves the panel must not look like one that ends. */
static void add_hidden(text_buffer *out, const curves_range *range) {
  if (range->above)
    text_add(out,
             "set label '%zu of %zu points above' at graph 1,1 right offset 0,0.6 font ',11'\n",
             range->above, range->points);
  if (range->below)
    text_add(out,
             "set label '%zu point%s not above 0' at graph 1,1 right offset 0,0.6 "
             "font ',11'\n",
             range->below, range->below == 1 ? " is" : "s are");
}

/* Samples that are far away, and bins that are cut off, must not look as if there were none. */
static void add_outside(text_buffer *out, double share, const curves_range *range) {
  text_add(out, "set label '");
  if (share > 0) text_add(out, "%.3g %% outside", 100 * share);
  if (range->above)
    text_add(out, "%s%zu %s above", share > 0 ? "; " : "", range->above,
             range->above == 1 ? "bin" : "bins");
  text_add(out, "' at graph 1,1 right offset 0,0.6 font ',11'\n");
}

/* The panel's own words: not as an ylabel, which wide numbers at the axis push off the page. */
static void add_words(text_buffer *out, const figure_picture *f, const figure_panel *p,
                      bool leftmost) {
  text_add(out, "unset label\n");
  if (leftmost) {
    text_add(out, "set label ");
    figure_text_add(out, f->panels[p->panel], f->drawn);
    text_add(out, " at character 2,graph 0.5 center rotate\n");
  }
  if (*f->facets[p->facet]) {
    text_add(out, "set label ");
    figure_text_add(out, f->facets[p->facet], f->drawn);
    text_add(out, " at graph 0,1 left offset 0,0.6\n");
  }
  if (f->histogram)
    add_outside(out, f->outside[p->facet], &p->range);
  else
    add_hidden(out, &p->range);
}

/* ---- panels ---------------------------------------------------------------------------------- */

static void add_axes(text_buffer *out, const figure_picture *f, const figure_panel *p,
                     bool lowest) {
  char a[FORMAT_ROOM], b[FORMAT_ROOM];
  text_add(out, "%s logscale y\n", f->log_y[p->panel] ? "set" : "unset");
  if (f->log_y[p->panel])
    figure_tics_add(out, 'y', p->range.low, p->range.high);
  else
    text_add(out, "set ytics autofreq\nset format y\n");
  text_add(out, "set yrange [%s:%s]\n", format_number(a, p->range.low),
           format_number(b, p->range.high));
  text_add(out, "set xlabel offset 0,0.4 ");
  figure_text_add(out, lowest ? f->x_title : "", f->drawn);
  text_add(out, "\n");
}

static void add_panel(text_buffer *out, const figure_picture *f, const figure_panel *p) {
  text_add(out, "plot ");
  add_spread(out, f, p);
  add_dots(out, f, p);
  for (size_t i = 0; i < f->count; i++) add_line(out, f, p, i);
  add_failed(out, f, p);
  text_add(out, "NaN notitle\nunset key\n");
}

static bool any_failed(const figure_picture *f) {
  for (figure_panel p = {0}; p.panel < f->panel_count; p.panel++)
    for (p.facet = 0; p.facet < f->facet_count; p.facet++)
      for (size_t i = 0; i < f->count; i++)
        if (figure_data_failed(f, &p, i)) return true;
  return false;
}

static void add_place(text_buffer *out, const figure_picture *f, const figure_layout *l, size_t row,
                      size_t column) {
  figure_panel p;
  size_t below, other;
  if (!figure_layout_at(f, l, row, column, &p.panel, &p.facet)) {
    text_add(out, "set multiplot next\n");
    return;
  }
  p.range = f->histogram
                ? figure_data_densities(f, p.facet)
                : curves_find_range(f->curves, f->count, p.panel,
                                    f->own_ranges ? p.facet : CURVES_ALL_FACETS, f->log_y[p.panel]);
  figure_data_widen(f, &p);
  figure_data_ends(f, &p.left, &p.right);
  figure_data_add(out, f, &p);
  add_axes(out, f, &p, !figure_layout_at(f, l, row + 1, column, &below, &other));
  add_words(out, f, &p, column == 0);
  if (row == 0 && column == 0) add_legend(out, f, any_failed(f));
  add_panel(out, f, &p);
}

/* The numbers that a setting has are those that a reader looks for. */
static void add_log_x(text_buffer *out, const figure_picture *f, double left, double right) {
  double x[FIGURE_FEW];
  const size_t count = f->of_settings ? figure_data_few(f, x) : 0;
  text_add(out, "set logscale x\n");
  if (count)
    figure_tics_at(out, 'x', x, count);
  else
    figure_tics_add(out, 'x', left, right);
}

static void add_x_range(text_buffer *out, const figure_picture *f) {
  char a[FORMAT_ROOM], b[FORMAT_ROOM];
  double left, right;
  figure_data_ends(f, &left, &right);
  if (f->log_x) add_log_x(out, f, left, right);
  text_add(out, "set xrange [%s:%s]\n", format_number(a, left), format_number(b, right));
}

void figure_script(text_buffer *out, const figure_picture *f, const char *terminal) {
  arena memory = {0};
  const figure_layout l = figure_layout_of(f);
  size_t runs = 1;
  for (size_t i = 0; i < f->count; i++)
    if (f->curves[i].runs > runs) runs = f->curves[i].runs;
  figure_layout_add(out, f, &l, terminal);
  const char *title =
      runs > 1 ? arena_format(&memory, "%s, means of %zu seeds", f->title, runs) : f->title;
  figure_text_add(out, title, f->drawn);
  text_add(out, "\n");
  add_x_range(out, f);
  for (size_t row = 0; row < l.rows; row++)
    for (size_t column = 0; column < l.columns; column++) add_place(out, f, &l, row, column);
  text_add(out, "unset multiplot\n");
  arena_close(&memory);
}
