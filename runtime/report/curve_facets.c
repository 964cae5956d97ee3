/* Facets: panels side by side, one for each value of a setting. */
#include "base/text.h"
#include "report/curve_parts.h"

#include <string.h>

/* The cells of the groups in a column, each once and none empty. */
static size_t cells_of(const curves_request *r, const row_groups *groups, size_t column,
                       const char **cells) {
  size_t count = 0;
  for (size_t g = 0; g < groups->count; g++) {
    const char *cell = curve_row(r->table, groups, g)[column];
    size_t seen = 0;
    while (seen < count && strcmp(cells[seen], cell) != 0) seen++;
    if (*cell && seen == count) cells[count++] = cell;
  }
  return count;
}

void curve_set_facets(const curves_request *r, const row_groups *groups, curve *curves) {
  arena memory = {0};
  const char **cells = arena_get(&memory, (groups->count + 1) * sizeof *cells);
  const int column = r->facet ? csv_table_column(r->table, r->facet) : -1;
  const size_t count = column < 0 ? 0 : cells_of(r, groups, (size_t)column, cells);
  for (size_t g = 0; g < groups->count; g++) {
    curves[g].facet = column < 0 ? 0 : CURVES_ALL_FACETS;
    for (size_t i = 0; i < count; i++)
      if (strcmp(curve_row(r->table, groups, g)[column], cells[i]) == 0) curves[g].facet = i;
  }
  arena_close(&memory);
}

static const char *title_of(arena *a, const char *column, const char *cell) {
  const char *dot = strrchr(column, '.');
  if (!dot) return cell;
  if (strcmp(cell, "yes") == 0) return arena_format(a, "with %s", dot + 1);
  if (strcmp(cell, "no") == 0) return arena_format(a, "without %s", dot + 1);
  return arena_format(a, "%s %s", dot + 1, cell);
}

size_t curves_facets(arena *a, const curves_request *request, const char ***titles) {
  row_groups groups;
  groups_find(a, request->table, request->columns, false, &groups);
  const int column = request->facet ? csv_table_column(request->table, request->facet) : -1;
  *titles = arena_get(a, (groups.count + 1) * sizeof **titles);
  (*titles)[0] = "";
  if (column < 0) return 1;
  const size_t count = cells_of(request, &groups, (size_t)column, *titles);
  for (size_t i = 0; i < count; i++) (*titles)[i] = title_of(a, request->facet, (*titles)[i]);
  return count ? count : 1;
}

/* The most curves of one facet. */
static size_t largest(const curves_request *r, const row_groups *groups, size_t column,
                      const char *const *cells, size_t count) {
  size_t most = 0;
  for (size_t i = 0; i < count; i++) {
    size_t size = 0;
    for (size_t g = 0; g < groups->count; g++) {
      const char *cell = curve_row(r->table, groups, g)[column];
      size += !*cell || strcmp(cell, cells[i]) == 0;
    }
    if (size > most) most = size;
  }
  return most;
}

/* Few facets; of as many those with fewer curves. */
const char *curves_choose_facet(arena *a, const curves_request *request) {
  row_groups groups;
  groups_find(a, request->table, request->columns, false, &groups);
  trait *traits = arena_get(a, (request->columns->count + 1) * sizeof *traits);
  const char **cells = arena_get(a, (groups.count + 1) * sizeof *cells), *best = NULL;
  const size_t trait_count = curve_traits(request, &groups, traits);
  size_t fewest = CURVES_FACETS + 1, least = 0;
  for (const trait *t = traits; t < traits + trait_count && groups.count > CURVES_MOST; t++) {
    const size_t count = cells_of(request, &groups, t->column, cells);
    const size_t most = largest(request, &groups, t->column, cells, count);
    if (count < 2 || most < 2 || most > CURVES_MOST) continue;
    if (count > fewest || (count == fewest && most >= least)) continue;
    fewest = count;
    least = most;
    best = t->name;
  }
  return best;
}
