#include "front/run_choice.h"

#include "base/text.h"
#include "plan/cells.h"
#include "plan/conditions.h"

#include <stdlib.h>
#include <string.h>

/* What is searched. */
typedef struct pool {
  arena *a;
  const run_views *views;
  const run_info *runs;
  size_t count;
} pool;

/* A stage that a flow does not have is the cell "no", as in tables. The status is the run's state.
 */
static const char *setting_cell(const run_info *run, const char *column) {
  if (strcmp(column, CONDITIONS_STATUS) == 0) return run->state;
  const char *text = run_settings_get(&run->settings, column);
  if (text) return text;
  const bool stage = strncmp(column, "flow.", 5) == 0 && !strchr(column + 5, '.');
  return stage && run->settings.count ? "no" : "";
}

/* The cell in the newest view that has the column; NULL: there is none. */
static const char *view_cell(const pool *p, const run_info *run, const char *column) {
  const char *cell = NULL;
  const run_asked *asked = run_views_find(p->views, run->id);
  for (; asked && !cell; asked = asked->older) cell = run_views_cell(asked, column);
  return cell;
}

static bool has_cell(const pool *p, const run_info *run, const char *column, const char *cell) {
  if (cells_match(setting_cell(run, column), cell)) return true;
  for (const run_asked *asked = run_views_find(p->views, run->id); asked; asked = asked->older) {
    const char *shown = run_views_cell(asked, column);
    if (shown && cells_match(shown, cell)) return true;
  }
  return false;
}

static bool meets(const pool *p, const run_info *run, const condition *wanted) {
  bool found = false;
  for (size_t i = 0; i < wanted->count && !found; i++)
    found = has_cell(p, run, wanted->column, wanted->cells[i]);
  return found != wanted->differs;
}

/* ---- mistakes -------------------------------------------------------------------------------- */

static void add_known(key_map *seen, const char **known, const char *column) {
  if (key_map_get_text(seen, column) != KEY_MAP_ABSENT) return;
  known[seen->count] = column;
  key_map_put_text(seen, column, seen->count);
}

static status_code check_column(pool *p, const char *only, const char *column, failure *err) {
  key_map seen = key_map_new(p->a);
  size_t room = 2;
  for (size_t i = 0; i < p->count; i++) room += p->runs[i].settings.count;
  for (size_t i = 0; i < p->views->count; i++) room += p->views->items[i].cells;
  const char **known = arena_get(p->a, room * sizeof *known);
  add_known(&seen, known, CONDITIONS_STATUS);
  for (size_t i = 0; i < p->views->count; i++)
    for (size_t k = 0; k < p->views->items[i].cells; k++)
      add_known(&seen, known, p->views->items[i].rows.header[k]);
  for (size_t i = 0; i < p->count; i++)
    for (size_t k = 0; k < p->runs[i].settings.count; k++)
      add_known(&seen, known, p->runs[i].settings.items[k].path);
  if (key_map_get_text(&seen, column) != KEY_MAP_ABSENT) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "%s: no run has a setting \"%s\"%s", only, column,
                     text_hint(p->a, column, known, seen.count));
}

/* No run that is left meets this condition. */
static status_code refuse(pool *p, const char *only, const condition *wanted, const size_t *left,
                          size_t count, failure *err) {
  const char **cells = arena_get(p->a, (count + 1) * sizeof *cells);
  status_code status = check_column(p, only, wanted->column, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < count; i++) {
    const run_info *run = &p->runs[left[i]];
    const char *cell = view_cell(p, run, wanted->column);
    cells[i] = cell ? cell : setting_cell(run, wanted->column);
  }
  return failure_set(err, STATUS_NO_INPUT, "%s: no run %shas %s%s", only,
                     count < p->count ? "with the conditions before it " : "",
                     conditions_text(p->a, wanted),
                     conditions_hint(p->a, wanted->column, wanted->cells[0], cells, count));
}

/* ---- choosing -------------------------------------------------------------------------------- */

static status_code choose(pool *p, const char *only, bool *chosen, failure *err) {
  conditions wanted;
  size_t *left = arena_get(p->a, (p->count + 1) * sizeof *left), count = p->count;
  for (size_t i = 0; i < count; i++) left[i] = i;
  status_code status = conditions_parse(p->a, "--only", only, &wanted, err);
  for (size_t k = 0; status == STATUS_OK && k < wanted.count; k++) {
    size_t kept = 0;
    size_t *narrower = arena_get(p->a, (count + 1) * sizeof *narrower);
    for (size_t i = 0; i < count; i++)
      if (meets(p, &p->runs[left[i]], &wanted.items[k])) narrower[kept++] = left[i];
    if (kept == 0) return refuse(p, only, &wanted.items[k], left, count, err);
    left = narrower;
    count = kept;
  }
  for (size_t i = 0; status == STATUS_OK && i < count; i++) chosen[left[i]] = true;
  return status;
}

status_code run_choice_only(arena *a, const run_views *views, const run_info *all, size_t count,
                            const option_list *only, bool *chosen, failure *err) {
  pool p = {a, views, all, count};
  status_code status = STATUS_OK;
  for (size_t i = 0; i < count; i++) chosen[i] = only->count == 0;
  for (size_t i = 0; status == STATUS_OK && i < only->count; i++)
    status = choose(&p, only->items[i], chosen, err);
  return status;
}
