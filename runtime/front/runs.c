#include "front/runs.h"

#include "base/files.h"
#include "base/json.h"
#include "base/safetensors.h"
#include "base/text.h"
#include "grid/failed.h"
#include "job/checkpoint.h"
#include "job/history.h"
#include "job/job.h"
#include "job/result.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int by_name(const struct dirent **x, const struct dirent **y) {
  return strcmp((*x)->d_name, (*y)->d_name);
}

static int is_plain(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

status_code runs_list(arena *a, const char *out, runs *list, failure *err) {
  struct dirent **entries;
  *list = (runs){.folder = arena_format(a, "%s/runs", out)};
  const int found = scandir(list->folder, &entries, is_plain, by_name);
  if (found < 0 && errno != ENOENT)
    return failure_set(err, errno == EACCES ? STATUS_NO_PERMISSION : STATUS_IO_FAILED,
                       "cannot read the folder %s: %s", list->folder, strerror(errno));
  if (found < 0) return STATUS_OK;
  list->count = (size_t)found;
  list->names = arena_get(a, (list->count + 1) * sizeof *list->names);
  for (size_t i = 0; i < list->count; i++) {
    list->names[i] = arena_text(a, entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
  return STATUS_OK;
}

/* The checkpoint of an unfinished run has its measurements so far; here the first. */
static const value *history_so_far(arena *a, const char *checkpoint) {
  safetensors_file file = {0};
  const value *list = NULL;
  if (safetensors_open(&file, checkpoint, NULL) == STATUS_OK) {
    const char *text = value_get_text(file.metadata, "measurements", "");
    if (json_parse(a, text, strlen(text), checkpoint, &list, NULL) != STATUS_OK) list = NULL;
  }
  safetensors_close(&file);
  const bool any = list && list->type == VALUE_LIST && list->count > 0;
  return any ? value_get(list->items[0], "rows") : NULL;
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

/* Its history, where it is complete; else NULL. */
static const value *whole_history(arena *a, const value *given, const value *trained,
                                  const value *measured) {
  value *config = value_copy(a, value_get(given, "config"));
  const value *measure = value_get(value_get(first_asked(a, given), "config"), "measure");
  if (measure) value_put(a, config, "measure", measure);
  const history_rule rule = history_rule_of(config, trained);
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
  *name = checkpoint_best_name(a, id);
  if (status != STATUS_OK || !measured) return status;
  const value *best = history_best(whole_history(a, given, trained, measured));
  const char *train_id = value_get_text(given, "id", "");
  if (!best) *name = NULL;
  const char *found =
      best ? checkpoint_find_best(a, folder, train_id, id, history_step(best)) : NULL;
  if (found) *name = found;
  return STATUS_OK;
}

run_info runs_look(arena *a, arena *brief, const char *folder, const char *name) {
  run_info run = {.name = name, .folder = folder, .state = "unfinished", .reason = ""};
  const char *file = arena_format(a, "%s/job.json", folder);
  const char *checkpoint = arena_format(brief, "%s/checkpoint.safetensors", folder);
  const value *given = NULL, *made = NULL;
  if (json_read_sealed(a, file, &given, NULL) == STATUS_OK) run.config = value_get(given, "config");
  const char *result_path = arena_format(a, "%s/result.json", folder);
  const status_code read = result_read(brief, result_path, NULL, &made, NULL);
  if (read != STATUS_OK && read != STATUS_BAD_INPUT) {
    run.state = "unreadable";
  } else if (made) {
    const value *measured = NULL;
    read_first(brief, folder, given, &measured, NULL);
    run.state = run_status_word(run_status_in(made));
    run.reason = arena_text(a, value_get_text(made, "message", ""));
    run.history = whole_history(brief, given, made, measured);
  } else {
    if (read == STATUS_BAD_INPUT) run.state = "damaged";
    if (files_exists(checkpoint)) {
      run.state = "interrupted";
      run.history = history_so_far(brief, checkpoint);
    }
    const value *failed = failed_read_file(brief, arena_format(a, "%s/failed.json", folder));
    if (failed) {
      run.state = "failed";
      run.reason = arena_text(a, failed_reason(brief, failed));
    }
    if (files_is_used(file)) run.state = "running";
  }
  run.best = history_score(history_best(run.history));
  return run;
}

/* ---- all runs, in several threads ------------------------------------------------------------ */

/* What one thread does: every step-th run. */
typedef struct share {
  arena memory;
  const runs *list;
  run_info *all;
  size_t first, step;
} share;

static void *look_at_share(void *context) {
  share *s = context;
  for (size_t i = s->first; i < s->list->count; i += s->step) {
    arena brief = {0};
    const char *name = s->list->names[i];
    const char *folder = arena_format(&s->memory, "%s/%s", s->list->folder, name);
    s->all[i] = runs_look(&s->memory, &brief, folder, name);
    s->all[i].history = NULL;
    arena_close(&brief);
  }
  return NULL;
}

void runs_look_all(arena *a, const runs *list, run_info *all) {
  enum { MOST = 16, WORTH = 64 }; /* fewer runs are not worth a thread */
  share shares[MOST];
  pthread_t threads[MOST];
  bool started[MOST] = {false};
  const long processors = sysconf(_SC_NPROCESSORS_ONLN);
  size_t count = list->count / WORTH + 1;
  if (processors > 0 && count > (size_t)processors) count = (size_t)processors;
  if (count > MOST) count = MOST;
  for (size_t i = 0; i < count; i++)
    shares[i] = (share){.list = list, .all = all, .first = i, .step = count};
  for (size_t i = 1; i < count; i++)
    started[i] = pthread_create(&threads[i], NULL, look_at_share, &shares[i]) == 0;
  for (size_t i = 0; i < count; i++)
    if (!started[i]) look_at_share(&shares[i]);
  for (size_t i = 0; i < count; i++) {
    if (started[i]) pthread_join(threads[i], NULL);
    arena_take(a, &shares[i].memory);
  }
}

/* ---- one run --------------------------------------------------------------------------------- */

status_code runs_find(arena *a, const char *out, const char *word, const char **folder,
                      failure *err) {
  enum { SHOWN = 5 };
  runs list;
  const char *shown = "";
  size_t matches = 0;
  *folder = word;
  if (strchr(word, '/')) {
    if (files_exists(arena_format(a, "%s/job.json", word))) return STATUS_OK;
    return failure_set(err, STATUS_NO_INPUT,
                       "%s is not the folder of a run; hifm ls lists all runs", word);
  }
  status_code status = runs_list(a, out, &list, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < list.count; i++) {
    if (!strstr(list.names[i], word)) continue;
    /* Not the successor of an interrupted --retrain, unless it is meant. */
    if (text_ends_with(list.names[i], ".new") && !text_ends_with(word, ".new")) continue;
    *folder = arena_format(a, "%s/%s", list.folder, list.names[i]);
    if (matches++ < SHOWN) shown = arena_format(a, "%s\n  %s", shown, list.names[i]);
  }
  if (matches == 1) return STATUS_OK;
  if (matches == 0)
    return failure_set(err, STATUS_NO_INPUT,
                       "no run in %s has \"%s\" in its name; hifm ls lists all runs", list.folder,
                       word);
  return failure_set(err, STATUS_USAGE, "%zu runs in %s have \"%s\" in their name:%s%s", matches,
                     list.folder, word, shown, matches > SHOWN ? "\n  ..." : "");
}
