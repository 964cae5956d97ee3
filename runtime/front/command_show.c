/* hifm show: one run on one screen. */
#include "base/folders.h"
#include "base/text.h"
#include "front/options.h"
#include "front/queued_runs.h"
#include "front/run_defaults.h"
#include "front/run_reference.h"
#include "front/run_views.h"
#include "front/screen.h"
#include "grid/code_changes.h"
#include "host/catalogue.h"
#include "job/history.h"
#include "job/metrics.h"
#include "job/result.h"
#include "job/saved_weights.h"
#include "job/settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

typedef struct page {
  arena *a;
  const options *given;
  size_t width;
  run_info run;
  run_files files;
  const value *catalogue;
} page;

static void fact(const page *p, const char *heading, const char *text) {
  screen_fact(stdout, heading, text, SCREEN_INDENT, p->width);
}

/* ---- numbers --------------------------------------------------------------------------------- */

static void show_state(const page *p) {
  const run_info *run = &p->run;
  const double age = difftime(time(NULL), (time_t)run->when);
  const char *text = run->state;
  if (run->when > 0) text = arena_format(p->a, "%s, %s ago", text, screen_time(p->a, age));
  if (!isnan(run->epochs)) text = arena_format(p->a, "%s, %.4g epochs", text, run->epochs);
  if (!isnan(run->seconds))
    text = arena_format(p->a, "%s in %s", text, screen_time(p->a, run->seconds));
  const double weights = value_get_number(value_get(p->files.trained, "numbers"), "weights", NAN);
  if (!isnan(weights)) text = arena_format(p->a, "%s, %.0f weights", text, weights);
  fact(p, "state", text);
  fact(p, "reason", run->reason);
  fact(p, "running", run->place);
}

/* "NLL 22.288, NFE 26 at epoch 244" */
static const char *row_text(const page *p, const value *row) {
  const char *text = "";
  for (const metric *each = METRICS; row && each->name; each++) {
    const double x = metrics_get(each, row);
    if (!each->label || isnan(x)) continue;
    text = arena_format(p->a, "%s%s%s %s", text, *text ? ", " : "", each->label,
                        screen_number(p->a, x, each->count ? 0 : 3));
  }
  if (!*text) return "";
  return arena_format(p->a, "%s at epoch %.4g", text, value_get_number(row, "epoch", NAN));
}

static void show_numbers(const page *p) {
  const value *measured = value_get(p->files.measured, "history");
  const value *last = history_last(measured ? measured : p->files.history);
  fact(p, "best", row_text(p, history_best(p->files.history)));
  fact(p, "last", row_text(p, last));
}

/* ---- where it comes from --------------------------------------------------------------------- */

static void show_scripts(const page *p) {
  run_views views = run_views_read(p->a, p->given->out);
  const char *heading = "asked by";
  for (const run_asked *it = run_views_find(&views, p->run.id); it; it = it->older) {
    const char *text = arena_format(p->a, "%s: %s", it->view->name, it->view->script);
    for (size_t i = 0; i < it->view->cells; i++) {
      const char *cell = it->view->rows.cells[it->row][i];
      if (*cell) text = arena_format(p->a, "%s %s=%s", text, it->view->rows.header[i], cell);
    }
    fact(p, heading, text);
    heading = "";
  }
  run_views_close(&views);
}

/* The stages of a flow are in its text, the label of a data set is in the name of the run. */
static bool is_said(const run_setting *s) {
  if (strcmp(s->path, "dataset.label") == 0) return true;
  return strncmp(s->path, "flow.", 5) == 0 && strcmp(s->text, "yes") == 0;
}

/* A line for each section: "network    mlp depth=3 width=8". */
static void show_section(const page *p, const run_setting *items, size_t count, size_t length) {
  const char *text = "";
  for (size_t i = 0; i < count; i++) {
    const char *between = *text ? " " : "", *rest = items[i].path + length;
    if (is_said(&items[i])) continue;
    text = *rest ? arena_format(p->a, "%s%s%s=%s", text, between, rest + 1, items[i].text)
                 : items[i].text;
  }
  fact(p, arena_format(p->a, "%.*s", (int)length, items[0].path), text);
}

static void show_settings(const page *p) {
  const value *config = value_get(p->files.job, "config");
  if (!config) return;
  run_words words = run_words_new(p->a);
  if (!p->given->all) config = run_defaults_drop(p->a, p->catalogue, config);
  const run_settings of = run_settings_of(&words, config);
  for (size_t first = 0, end; first < of.count; first = end) {
    const char *path = of.items[first].path;
    const size_t length = strcspn(path, ".");
    for (end = first + 1; end < of.count && strncmp(of.items[end].path, path, length) == 0;) end++;
    show_section(p, &of.items[first], end - first, length);
  }
}

/* Only where there are two kinds of weights. */
static void show_weights(const page *p) {
  const value *config = value_get(p->files.job, "config");
  const double ema = value_get_number(value_get(config, "train"), "ema", 0);
  const bool averaged = saved_weights_are_averaged(config);
  if (!(ema > 0)) return;
  fact(p, "weights",
       arena_format(p->a,
                    "%s ones are measured and sampled (measure.weights); NAME_averaged.safetensors "
                    "has averaged weights (train.ema = %.15g), NAME.safetensors raw ones",
                    averaged ? "averaged" : "raw", ema));
}

/* Only where test points do not. */
static void show_choice(const page *p) {
  const double points = settings_validation(value_get(p->files.job, "config"));
  if (points > 0)
    fact(p, "chosen on",
         arena_format(p->a,
                      "%.0f validation points (dataset.validation), which best and last "
                      "above are of",
                      points));
}

static void show_identity(const page *p) {
  const value *list = p->files.job ? job_measurements(p->a, p->files.job) : NULL;
  if (!list) return;
  const char *text = arena_format(p->a, "train %.12s", p->run.id);
  for (size_t i = 0; i < list->count; i++)
    text = arena_format(p->a, "%s, measure %.12s", text, value_get_text(list->items[i], "id", ""));
  fact(p, "identity", text);
}

/* ---- how it was made ------------------------------------------------------------------------- */

static void show_plugins(const page *p) {
  const value *used = value_get(value_get(p->files.trained, "provenance"), RESULT_USED);
  code_changes changes;
  const char *text = "";
  code_changes_begin(&changes, p->a, p->catalogue);
  code_changes_look(&changes, p->files.trained);
  for (size_t i = 0; used && i < used->count; i++) {
    const char *changed = value_get_text(changes.found, used->keys[i], "");
    text = arena_format(p->a, "%s%s%s %.8s%s%s%s", text, *text ? ", " : "", used->keys[i],
                        value_get_text(used->items[i], RESULT_CODE, ""), *changed ? " (" : "",
                        changed, *changed ? " changed since)" : "");
  }
  fact(p, "plugins", text);
}

static void show_provenance(const page *p) {
  const value *of = value_get(p->files.trained, "provenance");
  if (!of) return;
  fact(p, "made by",
       arena_format(p->a, "hifm %s, compiler %s, %.0f attempt%s, on %s",
                    value_get_text(of, "hifm", "?"), value_get_text(of, "compiler", "?"),
                    value_get_number(of, "attempts", 1),
                    text_plural((size_t)value_get_number(of, "attempts", 1)),
                    value_get_text(of, "processor", "?")));
  fact(p, "BLAS", value_get_text(of, "blas", ""));
}

/* ---- files ----------------------------------------------------------------------------------- */

static status_code show_files(const page *p, failure *err) {
  struct stat info;
  const value *names;
  const char *text = "";
  fact(p, "folder", p->run.folder);
  status_code status = folders_list(p->a, p->run.folder, &names, err);
  for (size_t i = 0; i < names->count; i++) {
    const char *name = names->items[i]->text;
    if (name[0] != '.' && lstat(arena_format(p->a, "%s/%s", p->run.folder, name), &info) == 0)
      text = arena_format(p->a, "%s%s%s %s", text, *text ? ", " : "", name,
                          screen_bytes(p->a, (double)info.st_size));
  }
  if (status == STATUS_OK) fact(p, "files", text);
  return status;
}

/* Is the run on a cluster? */
static status_code mark_queued(page *p, failure *err) {
  queued_runs queued;
  const status_code status = queued_runs_read(p->a, p->given->out, &queued, err);
  if (status == STATUS_OK) queued_runs_mark(&queued, &p->run);
  return status;
}

status_code command_show(arena *a, const options *given, failure *err) {
  const char *folder;
  run_words words = run_words_new(a);
  status_code status = run_reference_find(a, given->out, given->words[0], &folder, err);
  if (status != STATUS_OK) return status;
  page p = {.a = a, .given = given, .width = screen_width(stdout)};
  p.run = runs_look(&words, a, folder, &p.files);
  status = mark_queued(&p, err);
  if (status != STATUS_OK) return status;
  p.catalogue = catalogue_collect(a);
  printf("%s\n", p.run.name);
  show_state(&p);
  show_numbers(&p);
  show_choice(&p);
  show_settings(&p);
  show_weights(&p);
  show_scripts(&p);
  show_identity(&p);
  show_provenance(&p);
  show_plugins(&p);
  return show_files(&p, err);
}
