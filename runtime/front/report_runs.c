/* The list of runs of a report: a row for each row of runs.csv, in the same order. */
#include "front/report_parts.h"

#include "base/text.h"
#include "front/screen.h"
#include "job/history.h"
#include "job/metrics.h"

#include <math.h>
#include <string.h>

enum { PLACE, STATE, BEFORE }; /* then the columns of the plan, then: */
enum { BEST, LAST, EPOCHS, TIME, RUN, AFTER };

typedef struct run_table {
  report *r;
  page_list list;
  bool *right;
  size_t settings; /* how many columns of the plan */
} run_table;

static void put(run_table *t, size_t row, size_t column, const char *text, const char *key) {
  const size_t at = row * t->list.grid.columns + column;
  t->list.grid.cells[at] = *text ? text : TABLE_GAP;
  t->list.keys[at] = key ? key : *text ? NULL : "";
}

static void put_number(run_table *t, size_t row, size_t column, double x, const char *text) {
  char key[FORMAT_ROOM];
  arena *a = &t->r->memory;
  put(t, row, column, text, isnan(x) ? "" : arena_text(a, format_number(key, x)));
}

static const char *cell_of(const csv_table *csv, size_t row, const char *column) {
  const int at = csv_table_column(csv, column);
  return at < 0 || row >= csv->count ? "" : csv->cells[row][at];
}

static double number_of(const csv_table *csv, size_t row, const char *column) {
  double x;
  return text_number(cell_of(csv, row, column), &x) ? x : NAN;
}

/* ---- a row ----------------------------------------------------------------------------------- */

/* A switch has the marks of tables. */
static const char *mark_of(const char *column, const char *cell) {
  if (!strchr(column, '.')) return cell;
  return strcmp(cell, "yes") == 0 ? "✓" : strcmp(cell, "no") == 0 ? "✗" : cell;
}

static void fill_settings(run_table *t, size_t run) {
  const value *columns = value_get(t->r->s->plan, "columns");
  for (size_t i = 0; i < t->settings; i++) {
    const char *column = columns->items[i]->text, *cell = cell_of(&t->r->runs, run, column);
    put(t, run + 1, BEFORE + i, mark_of(column, cell), cell);
  }
}

/* Of a finished training from its steps; of one that was interrupted from its checkpoint. */
static double epochs_of(const report *r, size_t run) {
  const double steps = number_of(&r->runs, run, "steps");
  if (isnan(steps)) return r->found[run].epochs;
  return steps / (double)history_steps_per_epoch(r->s->jobs.rows[run].config);
}

static void fill_numbers(run_table *t, size_t run) {
  report *r = t->r;
  arena *a = &r->memory;
  const size_t row = run + 1, first = BEFORE + t->settings;
  const double best = number_of(&r->runs, run, METRICS_BEST "_min");
  const double last = number_of(&r->runs, run, METRICS_BEST "_last"), epochs = epochs_of(r, run);
  const double seconds = number_of(&r->timings, run, "train_seconds");
  put_number(t, row, first + BEST, best, screen_number(a, best, 3));
  put_number(t, row, first + LAST, last, screen_number(a, last, 3));
  put_number(t, row, first + EPOCHS, epochs, isnan(epochs) ? "" : arena_format(a, "%.4g", epochs));
  put_number(t, row, first + TIME, seconds, screen_time(a, seconds));
}

/* The status as in the tables, but a run without a result may be interrupted or damaged. */
static const char *state_of(const report *r, size_t run) {
  const char *status = cell_of(&r->runs, run, "status"), *state = r->found[run].state;
  const bool is_missing = run_status_of(status) == RUN_MISSING;
  return is_missing && state && !runs_is_finished(&r->found[run]) ? state : status;
}

static void fill_row(run_table *t, size_t run) {
  report *r = t->r;
  const size_t row = run + 1, first = BEFORE + t->settings;
  put(t, row, PLACE, arena_format(&r->memory, "%zu", row), NULL);
  put(t, row, STATE, state_of(r, run), NULL);
  fill_settings(t, run);
  fill_numbers(t, run);
  put(t, row, first + RUN, cell_of(&r->runs, run, "train_id"), NULL);
  t->list.notes[row] = cell_of(&r->runs, run, "reason");
}

/* ---- the list -------------------------------------------------------------------------------- */

static const char *name_of_best(void) {
  for (const metric *each = METRICS; each->name; each++)
    if (strcmp(each->name, METRICS_BEST) == 0 && each->label) return each->label;
  return METRICS_BEST;
}

static void fill_heading(run_table *t) {
  arena *a = &t->r->memory;
  const value *columns = value_get(t->r->s->plan, "columns");
  const char **cells = t->list.grid.cells,
             **paths = arena_get(a, (t->settings + 1) * sizeof *paths);
  const char *last[AFTER] = {[BEST] = arena_format(a, "%s, best", name_of_best()),
                             [LAST] = arena_format(a, "%s, last", name_of_best()),
                             [EPOCHS] = "Epochs",
                             [TIME] = "Time",
                             [RUN] = "Run"};
  for (size_t i = 0; i < t->settings; i++) paths[i] = columns->items[i]->text;
  cells[PLACE] = "#";
  cells[STATE] = "State";
  for (size_t i = 0; i < t->settings; i++) cells[BEFORE + i] = run_settings_short(paths[i], paths);
  for (size_t i = BEFORE + t->settings; i < t->list.grid.columns; i++)
    cells[i] = last[i - BEFORE - t->settings];
}

void report_add_runs(report *r) {
  run_table t = {.r = r, .settings = value_get(r->s->plan, "columns")->count};
  format_grid *grid = &t.list.grid;
  grid->columns = BEFORE + t.settings + AFTER;
  grid->rows = r->runs.count + 1;
  grid->cells = arena_get(&r->memory, grid->rows * grid->columns * sizeof *grid->cells);
  t.list.keys = arena_get(&r->memory, grid->rows * grid->columns * sizeof *t.list.keys);
  t.list.notes = arena_get(&r->memory, grid->rows * sizeof *t.list.notes);
  t.list.state = STATE;
  t.right = arena_get(&r->memory, grid->columns);
  grid->right = t.right;
  t.right[PLACE] = true;
  for (size_t i = BEST; i <= TIME; i++) t.right[BEFORE + t.settings + i] = true;
  fill_heading(&t);
  for (size_t i = 0; i < r->runs.count; i++) fill_row(&t, i);
  page_add_list(&r->text, &t.list);
}
