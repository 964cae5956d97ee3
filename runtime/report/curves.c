#include "report/curves.h"

#include "base/numbers.h"
#include "base/text.h"
#include "report/groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of a group of runs at one x. */
typedef struct point {
  double x;
  size_t rows, n[CURVES_PANELS];
  double sum[CURVES_PANELS];
} point;

static int order_of_points(const void *left, const void *right) {
  double x = ((const point *)left)->x, y = ((const point *)right)->x;
  return (x > y) - (x < y);
}

/* The point at x. A run's x ascend, so it mostly is the one after the last. */
static point *point_at(point *points, size_t *count, size_t *last, double x) {
  size_t i = *last + 1;
  if (!(i < *count && points[i].x >= x && points[i].x <= x))
    for (i = 0; i < *count; i++)
      if (points[i].x >= x && points[i].x <= x) break;
  if (i == *count) points[(*count)++].x = x;
  *last = i;
  return &points[i];
}

static void fill_curve(arena *a, const point *points, size_t count, size_t panel_count, curve *c) {
  c->count = count;
  c->x = arena_get(a, (count + 1) * sizeof(double));
  for (size_t i = 0; i < count; i++)
    if (points[i].rows > c->runs) c->runs = points[i].rows;
  for (size_t i = 0; i < count; i++) c->x[i] = points[i].x;
  for (size_t p = 0; p < panel_count; p++) {
    c->y[p] = arena_get(a, (count + 1) * sizeof(double));
    for (size_t i = 0; i < count; i++)
      c->y[p][i] = points[i].n[p] == c->runs ? points[i].sum[p] / (double)c->runs : NAN;
  }
}

static void make_curve(arena *a, const curves_request *r, const row_groups *groups, size_t group,
                       curve *c) {
  const size_t *member = groups->rows + groups->start[group];
  const size_t most = groups->start[group + 1] - groups->start[group];
  point *points = memory_array(most + 1, sizeof *points);
  size_t count = 0, last = 0;
  for (size_t i = 0; i < most; i++) {
    const char **row = r->history->cells[member[i]];
    double at, y;
    if (!text_number(row[r->x], &at)) continue;
    point *here = point_at(points, &count, &last, at);
    here->rows++;
    for (size_t p = 0; p < r->panel_count; p++)
      if (text_number(row[r->panels[p]], &y)) {
        here->sum[p] += y;
        here->n[p]++;
      }
  }
  qsort(points, count, sizeof *points, order_of_points);
  fill_curve(a, points, count, r->panel_count, c);
  free(points);
}

double curves_smoothed(const curve *c, size_t panel, size_t at) {
  const size_t reach = CURVES_WINDOW / 2, first = at > reach ? at - reach : 0;
  const double *y = c->y[panel];
  double near[CURVES_WINDOW], sum = 0;
  size_t count = 0;
  if (isnan(y[at])) return NAN;
  for (size_t i = first; i <= at + reach && i < c->count; i++)
    if (!isnan(y[i])) near[count++] = y[i];
  qsort(near, count, sizeof *near, numbers_ascend);
  const size_t cut = (count + 1) / 4; /* of 15: 4 at each end, of 3: all but the median */
  for (size_t i = cut; i < count - cut; i++) sum += near[i];
  return sum / (double)(count - 2 * cut);
}

curves_range curves_find_range(const curve *curves, size_t count, size_t panel) {
  curves_range out = {.high = 1};
  size_t room = 0;
  for (size_t i = 0; i < count; i++) room += curves[i].count;
  double *values = memory_array(room + 1, sizeof *values);
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < curves[i].count; k++)
      if (!isnan(curves[i].y[panel][k])) values[out.points++] = curves[i].y[panel][k];
  qsort(values, out.points, sizeof *values, numbers_ascend);
  if (out.points > 0) {
    double most = values[(out.points - 1) * 9 / 10], span = most - values[0];
    out.low = values[0];
    out.high = values[out.points - 1];
    if (span > 0 && out.high > most + 2 * span) out.high = most + 0.5 * span;
    double margin = out.high > out.low ? 0.04 * (out.high - out.low) : 0.05 * fabs(out.low) + 0.5;
    out.low -= margin;
    out.high += margin;
    while (out.above < out.points && values[out.points - 1 - out.above] > out.high) out.above++;
  }
  free(values);
  return out;
}

/* ---- labels and families --------------------------------------------------------------------- */

/* A setting that differs between the curves. */
typedef struct trait {
  size_t column;
  const char *word; /* the last part of its path */
  bool path;        /* it has more than one part */
  bool is_switch;   /* only "yes", "no" and "" */
} trait;

static const char **row_of(const csv_table *history, const row_groups *groups, size_t group) {
  return history->cells[groups->rows[groups->start[group]]];
}

static size_t find_traits(const curves_request *r, const row_groups *groups, trait *out) {
  const csv_table *history = r->history;
  size_t count = 0;
  for (size_t i = 0; i < r->columns->count && groups->count; i++) {
    const char *name = r->columns->items[i]->text, *dot = strrchr(name, '.');
    const int column = csv_table_column(history, name);
    if (column < 0 || strcmp(name, "seed") == 0) continue;
    trait t = {(size_t)column, dot ? dot + 1 : name, dot != NULL, true};
    bool varies = false;
    for (size_t g = 0; g < groups->count; g++) {
      const char *cell = row_of(history, groups, g)[column];
      varies |= strcmp(cell, row_of(history, groups, 0)[column]) != 0;
      t.is_switch &= !*cell || strcmp(cell, "yes") == 0 || strcmp(cell, "no") == 0;
    }
    if (varies) out[count++] = t;
  }
  return count;
}

static const char *join(arena *a, const char *text, const char *more) {
  return *text ? arena_format(a, "%s, %s", text, more) : more;
}

static const char *label_of(arena *a, const char **row, const trait *traits, size_t count) {
  const char *label = "";
  for (const trait *t = traits; t < traits + count; t++) {
    const char *cell = row[t->column];
    if (t->is_switch) {
      if (strcmp(cell, "yes") == 0) label = join(a, label, t->word);
    } else if (*cell) {
      label = join(a, label, t->path ? arena_format(a, "%s %s", t->word, cell) : cell);
    }
  }
  return *label ? label : "plain";
}

/* The settings of a curve that are not switches, as one text. */
static const char *family_of(arena *a, const char **row, const trait *traits, size_t count) {
  const char *family = "";
  for (const trait *t = traits; t < traits + count; t++)
    if (!t->is_switch) family = arena_format(a, "%s/%s", family, row[t->column]);
  return family;
}

static size_t family_size(const char *const *families, size_t count, const char *family) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) size += strcmp(families[i], family) == 0;
  return size;
}

/* Divides each family that is too large by one switch. */
static void divide_families(arena *a, const curves_request *r, const row_groups *groups,
                            const trait *t, const char **families) {
  const char **divided = arena_get(a, (groups->count + 1) * sizeof *divided);
  for (size_t g = 0; g < groups->count; g++) {
    const bool large = family_size(families, groups->count, families[g]) > CURVES_MEMBERS;
    const char *cell = row_of(r->history, groups, g)[t->column];
    divided[g] = large ? arena_format(a, "%s/%s", families[g], cell) : families[g];
  }
  memcpy(families, divided, groups->count * sizeof *families);
}

static void assign_family(const char *const *families, curve *curves, size_t at) {
  size_t next = 0;
  for (size_t i = 0; i < at; i++) {
    if (curves[i].family >= next) next = curves[i].family + 1;
    if (strcmp(families[i], families[at]) != 0) continue;
    curves[at].family = curves[i].family;
    curves[at].member = curves[i].member + 1;
  }
  if (curves[at].member == 0) curves[at].family = next;
}

size_t curves_make(arena *a, const curves_request *request, curve **out) {
  row_groups groups;
  groups_find(a, request->history, request->columns, false, &groups);
  trait *traits = arena_get(a, (request->columns->count + 1) * sizeof *traits);
  const size_t trait_count = find_traits(request, &groups, traits);
  const char **families = arena_get(a, (groups.count + 1) * sizeof *families);
  curve *curves = arena_get(a, (groups.count + 1) * sizeof *curves);
  for (size_t g = 0; g < groups.count; g++) {
    const char **row = row_of(request->history, &groups, g);
    make_curve(a, request, &groups, g, &curves[g]);
    curves[g].label = label_of(a, row, traits, trait_count);
    families[g] = family_of(a, row, traits, trait_count);
  }
  for (const trait *t = traits; t < traits + trait_count; t++)
    if (t->is_switch) divide_families(a, request, &groups, t, families);
  for (size_t g = 0; g < groups.count; g++) assign_family(families, curves, g);
  *out = curves;
  return groups.count;
}
