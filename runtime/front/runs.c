#include "front/runs.h"

#include "base/files.h"
#include "base/folders.h"
#include "base/json.h"
#include "base/text.h"
#include "base/threads.h"
#include "grid/failed.h"
#include "job/checkpoint.h"
#include "job/history.h"
#include "job/job.h"
#include "job/result.h"
#include "job/saved_weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

status_code runs_list(arena *a, const char *out, runs *list, failure *err) {
  const value *names;
  *list = (runs){.folder = arena_format(a, "%s/runs", out)};
  status_code status = folders_list(a, list->folder, &names, err);
  list->names = arena_get(a, (names->count + 1) * sizeof *list->names);
  for (size_t i = 0; i < names->count; i++)
    if (names->items[i]->text[0] != '.') list->names[list->count++] = names->items[i]->text;
  return status;
}

/* The measurement that the run was first asked for; NULL: none. */
static const value *first_asked(arena *a, const value *given) {
  const value *list = job_measurements(a, given);
  return list->count ? list->items[0] : NULL;
}

/* Its result; NULL: there is none. */
static status_code read_first(arena *a, const char *folder, const value *given,
                              const value **measured, failure *err) {
  const char *id = value_get_text(first_asked(a, given), "id", "");
  return result_read(a, job_measure_path(a, folder, id), id, measured, err);
}

/* The run's config as its first measurement has it. */
static const value *first_config(arena *a, const value *given) {
  value *config = value_copy(a, value_get(given, "config"));
  const value *measure = value_get(value_get(first_asked(a, given), "config"), "measure");
  if (measure) value_put(a, config, "measure", measure);
  return config;
}

/* Its history, where it is complete; else NULL. */
static const value *whole_history(arena *a, const value *given, const value *trained,
                                  const value *measured) {
  const history_rule rule = history_rule_of(first_config(a, given), trained);
  const value *history = value_get(measured, "history");
  return history_is_complete(history, &rule) ? history : NULL;
}

status_code runs_best_weights(arena *a, const char *folder, const value *given, const char **name,
                              failure *err) {
  const value *trained = NULL, *measured = NULL;
  const char *id = value_get_text(first_asked(a, given), "id", "");
  status_code status =
      result_read(a, arena_format(a, "%s/result.json", folder), NULL, &trained, err);
  if (status == STATUS_OK && trained) status = read_first(a, folder, given, &measured, err);
  const bool averaged = saved_weights_are_averaged(first_config(a, given));
  *name = saved_weights_name(a, saved_weights_best(a, id), averaged);
  if (status != STATUS_OK || !measured) return status;
  const value *best = history_best(whole_history(a, given, trained, measured));
  const char *train_id = value_get_text(given, "id", "");
  if (!best) *name = NULL;
  const char *found = NULL;
  if (best)
    status =
        saved_weights_find_best(a, folder, train_id, id, averaged, history_step(best), &found, err);
  if (found) *name = found;
  return status;
}

/* ---- one run --------------------------------------------------------------------------------- */

/* The checkpoint of an unfinished run has its measurements so far; here the first. */
static void read_checkpoint(arena *brief, run_info *run, run_files *files) {
  const char *id = value_get_text(first_asked(brief, files->job), "id", "");
  const double step = checkpoint_look(brief, run->folder, id, &files->history);
  run->epochs = step / (double)history_steps_per_epoch(value_get(files->job, "config"));
}

/* A run that has no result. */
static void look_at_unfinished(run_words *words, arena *brief, run_info *run, run_files *files) {
  const char *checkpoint = arena_format(brief, "%s/checkpoint.safetensors", run->folder);
  if (files_exists(checkpoint)) {
    run->state = "interrupted";
    read_checkpoint(brief, run, files);
  }
  files->failed = failed_read_file(brief, arena_format(brief, "%s/failed.json", run->folder));
  if (files->failed) {
    run->state = "failed";
    run->reason = arena_text(words->memory, failed_reason(brief, files->failed));
  }
  if (files_is_used(arena_format(brief, "%s/job.json", run->folder))) run->state = "running";
}

static void look_at_finished(run_words *words, arena *brief, run_info *run, run_files *files) {
  const value *config = value_get(files->job, "config"), *made = files->trained;
  const double steps = run->steps = value_get_number(value_get(made, "numbers"), "steps", NAN);
  read_first(brief, run->folder, files->job, &files->measured, NULL);
  run->state = run_status_word(run_status_in(made));
  run->reason = arena_text(words->memory, value_get_text(made, "message", ""));
  run->epochs = steps / (double)history_steps_per_epoch(config);
  run->seconds = value_get_number(value_get(made, "provenance"), "seconds", NAN);
  run->dimensions = value_get_number(value_get(made, "numbers"), "dimensions", NAN);
  run->asked = (double)job_measurements(brief, files->job)->count;
  run->rows = isnan(steps) ? NAN : history_rows(files->job, (uint64_t)steps);
  files->history = whole_history(brief, files->job, made, files->measured);
  run->last = history_score(history_last(value_get(files->measured, "history")));
}

/* When the newest file of these was written. */
static double time_of(arena *brief, const char *folder) {
  static const char *const NAMES[] = {"result.json", "failed.json", "checkpoint.safetensors",
                                      "job.json"};
  struct stat info;
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
    if (stat(arena_format(brief, "%s/%s", folder, NAMES[i]), &info) == 0)
      return (double)info.st_mtime;
  return 0;
}

run_info runs_look(run_words *words, arena *brief, const char *folder, run_files *files) {
  const char *slash = strrchr(folder, '/');
  run_info run = {.name = slash ? slash + 1 : folder, .folder = folder, .state = "unfinished"};
  run.reason = run.id = run.place = "";
  run.best = run.last = run.epochs = run.seconds = run.steps = NAN;
  run.rows = run.asked = run.dimensions = NAN;
  *files = (run_files){.job = NULL};
  const char *job_file = arena_format(brief, "%s/job.json", folder);
  const char *result_file = arena_format(brief, "%s/result.json", folder);
  if (json_read_sealed(brief, job_file, &files->job, NULL) == STATUS_OK) {
    run.id = arena_text(words->memory, value_get_text(files->job, "id", ""));
    run.settings = run_settings_filled(words, value_get(files->job, "config"));
  }
  const status_code read = result_read(brief, result_file, NULL, &files->trained, NULL);
  if (read == STATUS_BAD_INPUT) run.state = "damaged";
  if (read != STATUS_OK && read != STATUS_BAD_INPUT)
    run.state = "unreadable";
  else if (files->trained)
    look_at_finished(words, brief, &run, files);
  else
    look_at_unfinished(words, brief, &run, files);
  run.best = history_score(history_best(files->history));
  if (isnan(run.last)) run.last = history_score(history_last(files->history));
  run.when = time_of(brief, folder);
  return run;
}

bool runs_is_finished(const run_info *run) {
  return strcmp(run->state, run_status_word(RUN_DONE)) == 0 ||
         strcmp(run->state, run_status_word(RUN_DIVERGED)) == 0;
}

/* ---- all runs, in several threads ------------------------------------------------------------ */

/* What one thread does: runs that are neighbours in the list. */
typedef struct share {
  arena memory;
  const runs *list;
  run_info *all;
  size_t first, end;
} share;

static void look_at_share(void *context) {
  share *s = context;
  arena brief = {0};
  run_words words = run_words_new(&s->memory);
  for (size_t i = s->first; i < s->end; i++) {
    run_files files;
    const char *folder = arena_format(&s->memory, "%s/%s", s->list->folder, s->list->names[i]);
    s->all[i] = runs_look(&words, &brief, folder, &files);
    arena_clear(&brief);
  }
  arena_close(&brief);
}

void runs_look_all(arena *a, const runs *list, run_info *all) {
  enum { WORTH = 64 }; /* a thread's runs */
  share shares[THREADS_MOST];
  const size_t parts = threads_parts(list->count, WORTH);
  for (size_t i = 0; i < parts; i++)
    shares[i] = (share){.list = list,
                        .all = all,
                        .first = i * list->count / parts,
                        .end = (i + 1) * list->count / parts};
  threads_run(look_at_share, shares, sizeof *shares, parts);
  for (size_t i = 0; i < parts; i++) arena_take(a, &shares[i].memory);
}

status_code runs_read_finished(arena *a, const char *out, const char *besides, finished_runs *found,
                               failure *err) {
  runs list;
  *found = (finished_runs){.count = 0};
  status_code status = runs_list(a, out, &list, err);
  if (status != STATUS_OK) return status;
  found->runs = arena_get(a, (list.count + 1) * sizeof *found->runs);
  found->settings = arena_get(a, (list.count + 1) * sizeof *found->settings);
  runs_look_all(a, &list, found->runs);
  for (size_t i = 0; i < list.count; i++) {
    const run_info *run = &found->runs[i];
    if (!runs_is_finished(run) || (besides && strcmp(run->name, besides) == 0)) continue;
    found->runs[found->count] = *run;
    found->settings[found->count] = &found->runs[found->count].settings;
    found->count++;
  }
  return STATUS_OK;
}
