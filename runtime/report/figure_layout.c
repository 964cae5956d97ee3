#include "report/figure_layout.h"

#include "report/format.h"

/* Pixels: the margins of the page and between panels; the legend is to the right. */
enum { LEFT = 105, GAP = 25, BESIDE = 75, BETWEEN = 60, TOP = 50, BOTTOM = 75, MOST_COLUMNS = 3 };

/* The size of a panel, by the number of columns. */
static const size_t PLOT[] = {620, 430, 330}, PANEL[] = {330, 300, 250};

static size_t legend_width(const figure_picture *f) {
  size_t letters = 0;
  for (size_t i = 0; i < f->count; i++) {
    size_t width = format_width(f->curves[i].label);
    if (width > letters) letters = width;
  }
  return 70 + 8 * letters;
}

/* Four facets are two by two. */
static size_t columns_of(size_t facets) {
  return facets == 4 ? 2 : facets < MOST_COLUMNS ? facets : MOST_COLUMNS;
}

figure_layout figure_layout_of(const figure_picture *f) {
  figure_layout l = {.columns = columns_of(f->facet_count)};
  l.rows = f->panel_count * ((f->facet_count + l.columns - 1) / l.columns);
  l.width =
      LEFT + l.columns * PLOT[l.columns - 1] + (l.columns - 1) * BESIDE + GAP + legend_width(f);
  l.height = TOP + PANEL[l.columns - 1] * l.rows + BOTTOM;
  return l;
}

bool figure_layout_at(const figure_picture *f, const figure_layout *l, size_t row, size_t column,
                      size_t *panel, size_t *facet) {
  *panel = row % f->panel_count;
  *facet = row / f->panel_count * l->columns + column;
  return row < l->rows && *facet < f->facet_count;
}

void figure_layout_add(text_buffer *out, const figure_picture *f, const figure_layout *l,
                       const char *terminal) {
  const double x = (double)l->width, y = (double)l->height;
  const double right = (double)(l->width - GAP - legend_width(f));
  text_add(out, "set encoding utf8\n");
  text_add(out, "set terminal %s size %zu,%zu noenhanced font 'sans-serif,13' background 'white'\n",
           terminal, l->width, l->height);
  text_add(out, "set border 3 lc rgb '#444444'\nset tics nomirror out\n");
  text_add(out, "set grid ytics lc rgb '#dddddd' lw 0.6 dt solid\n");
  text_add(out, "set key at screen %.4f,%.4f left top Left reverse samplen 4 spacing 1.15\n",
           (right + GAP) / x, 1 - TOP / y);
  text_add(out, "set multiplot layout %zu,%zu margins %.4f,%.4f,%.4f,%.4f spacing %.4f,%.4f title ",
           l->rows, l->columns, LEFT / x, right / x, BOTTOM / y, 1 - TOP / y, BESIDE / x,
           BETWEEN / y);
}
