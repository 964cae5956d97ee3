#include "report/figure_data.h"

#include "report/format.h"

#include <math.h>

static bool is_shown(const curve *c, const figure_panel *p) {
  return c->facet == CURVES_ALL_FACETS || c->facet == p->facet;
}

bool figure_data_has(const figure_picture *f, const figure_panel *p, size_t index) {
  const curve *c = &f->curves[index];
  for (size_t i = 0; i < c->count && is_shown(c, p); i++)
    if (!isnan(c->y[p->panel][i])) return true;
  return false;
}

void figure_data_widen(const figure_picture *f, figure_panel *p) {
  const bool log = f->log_y[p->panel];
  double low = p->range.low, high = p->range.high;
  for (const curve *c = f->curves; c < f->curves + f->count && f->spread == FIGURE_BARS; c++)
    for (size_t i = 0; i < c->count && (is_shown(c, p) || !f->own_ranges); i++) {
      const double y = c->y[p->panel][i], sd = c->sd[p->panel][i];
      if (!log || y > sd) low = fmin(low, y - sd); /* fmin passes over NAN */
      if (!p->range.above) high = fmax(high, y + sd);
    }
  const double edge = 0.02 * (high - low);
  if (low < p->range.low) p->range.low = log ? low / 1.05 : low - edge;
  if (high > p->range.high) p->range.high = log ? high * 1.05 : high + edge;
}

/* The largest density of the curves of these families. */
static double highest(const figure_picture *f, size_t first, size_t last) {
  double high = 0;
  for (const curve *c = f->curves; c < f->curves + f->count; c++)
    for (size_t i = 0; i < c->count && c->family >= first && c->family <= last; i++)
      high = fmax(high, c->y[0][i]); /* fmax passes over NAN */
  return high;
}

curves_range figure_data_densities(const figure_picture *f, size_t facet) {
  const double plain = highest(f, FIGURE_DATA, FIGURE_SAMPLES);
  const double weighted = highest(f, FIGURE_REWEIGHTED, FIGURE_REWEIGHTED);
  curves_range range = {.high = 1.05 * fmax(plain, fmin(weighted, 1.5 * plain))};
  for (const curve *c = f->curves; c < f->curves + f->count; c++)
    for (size_t i = 0; i < c->count && (c->facet == facet || c->facet == CURVES_ALL_FACETS); i++)
      range.above += c->y[0][i] > range.high;
  return range;
}

static bool is_gap(const curve *c, const figure_panel *p, size_t i) {
  return c->failed[i] && isnan(c->y[p->panel][i]);
}

bool figure_data_failed(const figure_picture *f, const figure_panel *p, size_t index) {
  const curve *c = &f->curves[index];
  for (size_t i = 0; i < c->count && is_shown(c, p); i++)
    if (is_gap(c, p, i)) return true;
  return false;
}

static void add_numbers(text_buffer *out, const double *numbers, size_t count) {
  char room[FORMAT_ROOM];
  for (size_t i = 0; i < count; i++)
    text_add(out, "%s%s", isnan(numbers[i]) ? "NaN" : format_number(room, numbers[i]),
             i + 1 < count ? " " : "\n");
}

/* A blank line breaks the line that is drawn. A band does not leave the panel: gnuplot would not
 * fill it to the edge. */
static void add_point(text_buffer *out, const figure_picture *f, const figure_panel *p,
                      const curve *c, double x, size_t i) {
  const double *y = c->y[p->panel], *sd = c->sd[p->panel];
  if (isnan(y[i]) || (f->log_y[p->panel] && y[i] <= 0)) {
    text_add(out, "\n");
    return;
  }
  const double line = f->smooth ? curves_smoothed(y, c->count, i) : y[i];
  const double reach = f->smooth ? curves_smoothed(sd, c->count, i) : sd[i];
  const double numbers[] = {x, y[i], line, fmax(line - reach, p->range.low),
                            fmin(line + reach, p->range.high)};
  const size_t count = f->spread == FIGURE_NONE ? FIGURE_LINE : FIGURE_HIGH;
  if (count == FIGURE_HIGH && isnan(reach)) {
    const double alone[] = {x, y[i], line, line, line};
    add_numbers(out, alone, count);
  } else
    add_numbers(out, numbers, count);
}

static void add_curve(text_buffer *out, const figure_picture *f, const figure_panel *p,
                      size_t index) {
  const curve *c = &f->curves[index];
  text_add(out, "$c%zup%zu << END\n", index, p->panel);
  for (size_t i = 0; i < c->count; i++) add_point(out, f, p, c, c->level ? p->left : c->x[i], i);
  if (c->level) add_point(out, f, p, c, p->right, 0);
  text_add(out, "END\n");
}

/* At the bottom of the panel, each curve's in a line of marks. */
static void add_failed(text_buffer *out, const figure_picture *f, const figure_panel *p,
                       size_t index, size_t line) {
  const curve *c = &f->curves[index];
  const double share = 0.015 + 0.025 * (double)line;
  const double low = p->range.low, high = p->range.high;
  const double y = f->log_y[p->panel] ? low * pow(high / low, share) : low + (high - low) * share;
  text_add(out, "$f%zup%zu << END\n", index, p->panel);
  for (size_t i = 0; i < c->count; i++)
    if (is_gap(c, p, i)) add_numbers(out, (const double[]){c->level ? p->left : c->x[i], y}, 2);
  text_add(out, "END\n");
}

void figure_data_add(text_buffer *out, const figure_picture *f, const figure_panel *p) {
  size_t line = 0;
  for (size_t i = 0; i < f->count; i++) {
    if (figure_data_has(f, p, i)) add_curve(out, f, p, i);
    if (figure_data_failed(f, p, i)) add_failed(out, f, p, i, line++);
  }
}

static bool is_among(const double *x, size_t count, double wanted) {
  for (size_t i = 0; i < count; i++)
    if (x[i] >= wanted && x[i] <= wanted) return true;
  return false;
}

size_t figure_data_few(const figure_picture *f, double x[FIGURE_FEW]) {
  size_t count = 0;
  for (const curve *c = f->curves; c < f->curves + f->count; c++)
    for (size_t i = 0; i < c->count && !c->level; i++) {
      if (is_among(x, count, c->x[i])) continue;
      if (count == FIGURE_FEW) return 0;
      x[count++] = c->x[i];
    }
  return count;
}

/* Settings lie within the axis, the course of training begins and ends with it. */
void figure_data_ends(const figure_picture *f, double *left, double *right) {
  double low = INFINITY, high = -INFINITY;
  for (const curve *c = f->curves; c < f->curves + f->count; c++)
    for (size_t i = 0; i < c->count && !c->level; i++) {
      low = fmin(low, c->x[i]);
      high = fmax(high, c->x[i]);
    }
  if (low > high) low = high = 1;
  if (f->log_x) {
    const double edge = high > low ? pow(high / low, 0.05) : 2;
    *left = low / edge;
    *right = high * edge;
    return;
  }
  const double edge = !f->of_settings ? 0 : high > low ? 0.05 * (high - low) : 0.5;
  *left = low - edge;
  *right = low < high || f->of_settings ? high + edge : low + 1;
}
