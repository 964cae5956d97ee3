#include "report/curves.h"

#include "base/text.h"
#include "report/curve_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of a group of runs at one x; `mean` and `squares` as Welford updates them. */
typedef struct point {
  double x;
  size_t rows, n[CURVES_PANELS];
  double sum[CURVES_PANELS], mean[CURVES_PANELS], squares[CURVES_PANELS];
  bool failed;
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

static void add_number(point *here, size_t panel, double y) {
  const double step = y - here->mean[panel];
  here->sum[panel] += y;
  here->mean[panel] += step / (double)++here->n[panel];
  here->squares[panel] += step * (y - here->mean[panel]);
}

static void fill_panel(arena *a, const point *points, size_t panel, curve *c) {
  double *y = arena_get(a, (c->count + 1) * sizeof *y);
  double *sd = arena_get(a, (c->count + 1) * sizeof *sd);
  for (size_t i = 0; i < c->count; i++) {
    const point *here = &points[i];
    const bool complete = here->n[panel] == c->runs;
    y[i] = complete ? here->sum[panel] / (double)c->runs : NAN;
    sd[i] = complete && c->runs > 1 ? sqrt(here->squares[panel] / (double)(c->runs - 1)) : NAN;
  }
  c->y[panel] = y;
  c->sd[panel] = sd;
}

static void fill_curve(arena *a, const point *points, size_t count, size_t panel_count, curve *c) {
  c->count = count;
  c->x = arena_get(a, (count + 1) * sizeof(double));
  c->failed = arena_get(a, (count + 1) * sizeof(bool));
  for (size_t i = 0; i < count; i++)
    if (points[i].rows > c->runs) c->runs = points[i].rows;
  for (size_t i = 0; i < count; i++) {
    c->x[i] = points[i].x;
    c->failed[i] = points[i].failed;
  }
  for (size_t p = 0; p < panel_count; p++) fill_panel(a, points, p, c);
}

static bool has_failed(const curves_request *r, const char **row) {
  const int column = r->reason ? csv_table_column(r->table, r->reason) : -1;
  return column >= 0 && *row[column] && strcmp(row[column], "ok") != 0;
}

/* A level: none of the runs has an x. */
static bool is_level(const curves_request *r, const size_t *rows, size_t count) {
  double x;
  for (size_t i = 0; i < count && r->level; i++)
    if (text_number(r->table->cells[rows[i]][r->x], &x)) return false;
  return r->level;
}

static void make_curve(arena *a, const curves_request *r, const row_groups *groups, size_t group,
                       curve *c) {
  const size_t *member = groups->rows + groups->start[group];
  const size_t most = groups->start[group + 1] - groups->start[group];
  point *points = memory_array(most + 1, sizeof *points);
  size_t count = 0, last = 0;
  c->level = is_level(r, member, most);
  for (size_t i = 0; i < most; i++) {
    const char **row = r->table->cells[member[i]];
    double at = 0, y;
    if (!text_number(row[r->x], &at) && !c->level) continue;
    point *here = point_at(points, &count, &last, at);
    here->rows++;
    here->failed |= has_failed(r, row);
    for (size_t p = 0; p < r->panel_count; p++)
      if (text_number(row[r->panels[p]], &y)) add_number(here, p, y);
  }
  qsort(points, count, sizeof *points, order_of_points);
  fill_curve(a, points, count, r->panel_count, c);
  free(points);
}

size_t curves_make(arena *a, const curves_request *request, curve **out) {
  row_groups groups;
  groups_find(a, request->table, request->columns, false, &groups);
  curve *curves = arena_get(a, (groups.count + 1) * sizeof *curves);
  for (size_t g = 0; g < groups.count; g++) make_curve(a, request, &groups, g, &curves[g]);
  curve_set_facets(request, &groups, curves);
  curve_label(a, request, &groups, curves);
  *out = curves;
  return groups.count;
}
