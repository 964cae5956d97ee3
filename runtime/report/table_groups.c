/* Which runs are one row of a table. */
#include "base/text.h"
#include "report/table_parts.h"

#include <stdlib.h>
#include <string.h>

static bool has(const value *list, const char *name) {
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(list->items[i]->text, name) == 0) return true;
  return false;
}

/* A column of the plan, or a setting that does not vary here, which groups nothing (*out: -1). */
static status_code find_setting(table_parts *p, const char *key, const char *name, int *out,
                                failure *err) {
  const value *columns = p->request->columns;
  const char **known = arena_get(&p->memory, (columns->count + 1) * sizeof *known);
  for (size_t i = 0; i < columns->count; i++) known[i] = columns->items[i]->text;
  *out = has(columns, name) ? csv_table_column(&p->runs, name) : -1;
  if (*out >= 0) return STATUS_OK;
  if (table_is_setting(name) && !text_nearest(name, known, columns->count)) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "table %s: %s: \"%s\" is not a setting that varies%s",
                     p->request->name, key, name,
                     text_choices(&p->memory, name, known, columns->count));
}

/* ---- spread ---------------------------------------------------------------------------------- */

status_code table_find_spread(table_parts *p, failure *err) {
  const char *name = value_get_text(p->request->declaration, "spread", NULL);
  return name ? find_setting(p, "spread", name, &p->spread, err) : STATUS_OK;
}

/* The cells of the column that is spread, each once; *count of them. */
static const char **spread_cells(const table_parts *p, size_t *count) {
  const char **cells = memory_array(p->runs.count + 1, sizeof *cells);
  *count = 0;
  for (size_t r = 0; r < p->runs.count; r++) {
    size_t seen = 0;
    while (seen < *count && strcmp(cells[seen], p->runs.cells[r][p->spread]) != 0) seen++;
    if (seen == *count) cells[(*count)++] = p->runs.cells[r][p->spread];
  }
  return cells;
}

size_t table_spread_width(const table_parts *p) {
  size_t count = 1;
  if (p->spread >= 0) free(spread_cells(p, &count));
  return count ? count : 1;
}

void table_spread_source(table_parts *p, table_source *s) {
  const table_source declared = *s;
  size_t count;
  if (p->spread < 0 || !(s->facts || s->paper >= 0)) {
    p->count++;
    return;
  }
  const char **cells = spread_cells(p, &count);
  for (size_t i = 0; i < count; i++) {
    table_source *one = &p->sources[p->count++];
    const char *cell = *cells[i] ? cells[i] : TABLE_GAP;
    *one = declared;
    one->spread = cells[i];
    one->heading =
        *declared.heading ? arena_format(&p->memory, "%s, %s", declared.heading, cell) : cell;
  }
  free(cells);
}

/* ---- groups ---------------------------------------------------------------------------------- */

/* `mean_over`: the columns of runs.csv over which numbers are averaged. */
static status_code find_axes(table_parts *p, int *axes, size_t *count, failure *err) {
  const value *declared = value_get(p->request->declaration, "mean_over");
  const char *name;
  if (declared && !entries_part(declared, 0))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "table %s: mean_over must be a setting, or a list of them",
                       p->request->name);
  for (size_t i = 0; (name = entries_part(declared, i)) != NULL; i++) {
    const status_code status = find_setting(p, "mean_over", name, &axes[*count], err);
    if (status != STATUS_OK) return status;
    if (axes[*count] < 0) continue;
    p->over = arena_format(&p->memory, "%s, %s", p->over ? p->over : "seed", name);
    ++*count;
  }
  return STATUS_OK;
}

static void count_runs(table_parts *p) {
  size_t most = 0;
  p->common = SIZE_MAX;
  for (size_t g = 0; g < p->groups.count; g++)
    for (const table_source *s = p->sources; s < p->sources + p->count; s++) {
      const size_t count = s->facts ? table_count(p, s, g) : 0;
      if (count == 0) continue;
      if (count > most) most = count;
      if (p->common == SIZE_MAX) p->common = count;
      if (p->common != count) p->common = 0;
    }
  p->averaged = most > 1;
}

status_code table_find_groups(table_parts *p, failure *err) {
  const value *declared = value_get(p->request->declaration, "mean_over");
  const int seed = csv_table_column(&p->runs, "seed");
  int *joined = arena_get(&p->memory, ((declared ? declared->count : 0) + 3) * sizeof *joined);
  size_t count = 0;
  bool by_seed = false;
  status_code status = find_axes(p, joined, &count, err);
  if (status != STATUS_OK) return status;
  if (p->spread >= 0) joined[count++] = p->spread;
  for (size_t i = 0; i < p->count; i++) by_seed |= seed >= 0 && p->sources[i].run == seed;
  p->grouped = groups_without(&p->memory, &p->runs, p->request->columns, joined, count);
  groups_find(&p->memory, &p->runs, p->grouped, by_seed, &p->groups);
  count_runs(p);
  return STATUS_OK;
}
