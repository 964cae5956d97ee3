#include "front/runs.h"

#include "base/files.h"
#include "base/json.h"
#include "base/safetensors.h"
#include "job/job.h"
#include "job/metrics.h"
#include "job/result.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* The checkpoint of an unfinished run has its measurements so far. */
static const value *history_so_far(arena *a, const char *checkpoint) {
  safetensors_file file = {0};
  const value *history = NULL;
  if (safetensors_open(&file, checkpoint, NULL) == STATUS_OK) {
    const char *text = value_get_text(file.metadata, "history", "");
    if (json_parse(a, text, strlen(text), checkpoint, &history, NULL) != STATUS_OK) history = NULL;
  }
  safetensors_close(&file);
  return history;
}

static double smallest(const value *history, const char *name) {
  double best = NAN;
  for (size_t i = 0; history && i < history->count; i++)
    best = fmin(best, value_get_number(history->items[i], name, NAN));
  return best;
}

run_info runs_look(arena *a, arena *brief, const char *folder, const char *name) {
  run_info run = {.name = name, .folder = folder, .state = "unfinished"};
  const char *file = arena_format(a, "%s/job.json", folder);
  const char *checkpoint = arena_format(brief, "%s/checkpoint.safetensors", folder);
  const value *given = NULL, *made = NULL, *measured = NULL;
  if (json_read_sealed(a, file, &given, NULL) == STATUS_OK) run.config = value_get(given, "config");
  const char *result_path = arena_format(a, "%s/result.json", folder);
  const bool damaged = result_read(brief, result_path, NULL, &made, NULL) == STATUS_BAD_INPUT;
  if (made) {
    const char *id = value_get_text(given, "measure_id", "");
    run.state = run_status_word(run_status_in(made));
    result_read(brief, job_measure_path(a, folder, id), id, &measured, NULL);
    run.history = value_get(measured, "history");
  } else {
    if (damaged) run.state = "damaged";
    if (files_exists(checkpoint)) {
      run.state = "interrupted";
      run.history = history_so_far(brief, checkpoint);
    }
    if (files_is_used(file)) run.state = "running";
  }
  run.best = smallest(run.history, METRICS_BEST);
  return run;
}

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
