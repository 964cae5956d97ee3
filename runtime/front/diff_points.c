#include "front/diff_points.h"

#include "base/files.h"
#include "base/folders.h"
#include "base/text.h"
#include "front/screen.h"
#include "job/history.h"
#include "job/job.h"
#include "job/point_values.h"
#include "report/format.h"
#include "report/paired.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An audit of a run. */
typedef struct audit {
  const char *likeness;       /* equal for audits that measure in the same way */
  const char *label;          /* its settings that are not those of the run */
  const point_values *values; /* NULL: none */
} audit;

typedef struct audits {
  audit *items;
  size_t count;
} audits;

/* ---- the audits of a run --------------------------------------------------------------------- */

/* Audits measure test points, also of a run with validation points. */
static const char *likeness_of(arena *a, const value *sections) {
  value *config = value_copy(a, sections);
  value *dataset = value_copy(a, value_get(sections, "dataset"));
  value_put_number(a, dataset, "validation", 0);
  value_put(a, config, "dataset", dataset);
  return history_likeness(a, config);
}

static bool is_of_measuring(const char *path) {
  return strcmp(path, "dataset.test") == 0 ||
         (strncmp(path, "measure.", 8) == 0 && strcmp(path, "measure.every") != 0);
}

static const char *label_of(arena *a, const run_info *run, const value *sections) {
  run_words words = run_words_new(a);
  const run_settings own = run_settings_of(&words, sections);
  const run_changes changes = run_settings_changes(a, &run->settings, &own);
  const char *text = "";
  for (size_t i = 0; i < changes.count; i++) {
    const run_change *it = &changes.items[i];
    if (it->y && is_of_measuring(it->path))
      text = arena_format(a, "%s%s%s=%s", text, *text ? " " : "", it->path, it->y);
  }
  return *text ? text : "settings of the run";
}

static bool is_of_training(arena *a, const value *job_file, const char *id) {
  const value *list = job_measurements(a, job_file);
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(value_get_text(list->items[i], "id", ""), id) == 0) return true;
  return false;
}

/* A result or a file that is damaged counts as none. */
static status_code add_audit(arena *a, const run_info *run, const value *job_file, const char *name,
                             audits *all, failure *err) {
  const value *made = NULL;
  failure why;
  const char *path = arena_format(a, "%s/%s", run->folder, name);
  status_code status = result_read(a, path, NULL, &made, &why);
  const value *sections = value_get(value_get(made, "measurement"), "config");
  if (status != STATUS_OK && !files_is_lost(status))
    return failure_set(err, status, "%s", why.message);
  if (!sections || is_of_training(a, job_file, value_get_text(made, "id", ""))) return STATUS_OK;
  audit *next = &all->items[all->count++];
  *next = (audit){.likeness = likeness_of(a, sections), .label = label_of(a, run, sections)};
  status = point_values_read(a, run->folder, made, &next->values, &why);
  if (status == STATUS_OK || files_is_lost(status)) return STATUS_OK;
  return failure_set(err, status, "%s", why.message);
}

static bool is_result(const char *name) {
  return strncmp(name, "measure-", 8) == 0 && text_ends_with(name, ".json") &&
         strlen(name) == strlen("measure-") + 12 + strlen(".json");
}

static status_code find_audits(arena *a, const run_info *run, const value *job_file, audits *all,
                               failure *err) {
  const value *names;
  status_code status = folders_list(a, run->folder, &names, err);
  if (status != STATUS_OK) return status;
  all->items = arena_get(a, (names->count + 1) * sizeof *all->items);
  for (size_t i = 0; i < names->count && status == STATUS_OK; i++)
    if (is_result(names->items[i]->text))
      status = add_audit(a, run, job_file, names->items[i]->text, all, err);
  return status;
}

/* ---- what is printed ------------------------------------------------------------------------- */

enum { LABEL, WEIGHTS, POINTS, MEAN, SE, COLUMNS, DIGITS = 4 };

typedef struct sheet {
  arena *a;
  const char **cells;
  size_t rows;
  bool without, other_points;
} sheet;

static const char **add_row(sheet *s, const char *label, const char *weights) {
  const char **row = s->cells + s->rows++ * COLUMNS;
  row[LABEL] = label;
  row[WEIGHTS] = weights;
  row[POINTS] = row[MEAN] = row[SE] = "-";
  return row;
}

static void add_difference(sheet *s, const char *label, const char *weights, const double *x,
                           const double *y, size_t count) {
  const char **row = add_row(s, label, weights);
  if (!point_values_are_whole(x, count) || !point_values_are_whole(y, count)) return;
  const paired_difference d = paired_difference_of(y, x, count);
  row[POINTS] = arena_format(s->a, "%zu", count);
  row[MEAN] = screen_number(s->a, d.mean, DIGITS);
  if (!isnan(d.se)) row[SE] = screen_number(s->a, d.se, DIGITS);
}

static void add_pair(sheet *s, const audit *x, const audit *y) {
  const bool known = x->values && y->values;
  const bool same = known && strcmp(x->values->points, y->values->points) == 0;
  s->without |= !known;
  s->other_points |= known && !same;
  if (!same) {
    add_row(s, x->label, "");
    return;
  }
  add_difference(s, x->label, "best", x->values->best, y->values->best, x->values->count);
  add_difference(s, x->label, "last", x->values->last, y->values->last, x->values->count);
}

static void print_sheet(const sheet *s) {
  static const bool RIGHT[COLUMNS] = {false, false, true, true, true};
  text_buffer text = {0};
  format_aligned(&text, &(format_grid){COLUMNS, s->rows, s->cells, RIGHT});
  printf("\nNLL, point by point:\n%s", text.text);
  free(text.text);
  if (s->other_points) puts("-: the test points of A and B are not the same");
  if (s->without)
    puts("-: the NLL of each point is not kept; hifm run SCRIPT --per-point measures it");
}

status_code diff_points_print(arena *a, const run_info *x, const run_info *y,
                              const run_files files[2], failure *err) {
  audits of[2] = {{0}, {0}};
  if (!files[0].job || !files[1].job) return STATUS_OK;
  status_code status = find_audits(a, x, files[0].job, &of[0], err);
  if (status == STATUS_OK) status = find_audits(a, y, files[1].job, &of[1], err);
  if (status != STATUS_OK) return status;
  sheet s = {.a = a, .cells = arena_get(a, (2 * of[0].count + 1) * COLUMNS * sizeof *s.cells)};
  const char **head = add_row(&s, "audit", "weights");
  head[POINTS] = "points";
  head[MEAN] = "B - A";
  head[SE] = "standard error";
  for (size_t i = 0; i < of[0].count; i++)
    for (size_t k = 0; k < of[1].count; k++)
      if (strcmp(of[0].items[i].likeness, of[1].items[k].likeness) == 0) {
        add_pair(&s, &of[0].items[i], &of[1].items[k]);
        break;
      }
  if (s.rows > 1) print_sheet(&s);
  return STATUS_OK;
}
