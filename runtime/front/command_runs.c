/* hifm ls, hifm log: the runs that are there. */
#include "base/files.h"
#include "base/json.h"
#include "base/safetensors.h"
#include "front/command.h"
#include "front/run_diff.h"
#include "job/job.h"
#include "report/format.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A run as its folder tells it. */
typedef struct listed {
  const char *name, *folder, *state;
  const value *config, *history; /* NULL: not known; history: of the measurement made in training */
  double nll;                    /* the smallest of history; NAN: none is known */
} listed;

static int by_name(const struct dirent **x, const struct dirent **y) {
  return strcmp((*x)->d_name, (*y)->d_name);
}

static int is_plain(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

typedef struct listing {
  const char *folder, **names;
  size_t count;
} listing;

/* The names of the folders in <out>/runs, sorted; none where that is not there. */
static status_code list_runs(arena *a, const char *out, listing *list, failure *err) {
  struct dirent **entries;
  *list = (listing){.folder = arena_format(a, "%s/runs", out)};
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

/* What a run that has not ended has measured stands in its checkpoint. */
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

/* NAN: none is known. */
static double smallest_nll(const value *history) {
  double best = NAN;
  for (size_t i = 0; history && i < history->count; i++)
    best = fmin(best, value_get_number(history->items[i], "nll", NAN));
  return best;
}

/* history goes to `brief`: it is long, and there may be thousands of runs. */
static listed look(arena *a, arena *brief, const char *folder, const char *name) {
  listed run = {.name = name, .folder = folder, .state = "unfinished"};
  const char *file = arena_format(a, "%s/job.json", folder);
  const char *checkpoint = arena_format(brief, "%s/checkpoint.safetensors", folder);
  const value *given = NULL, *result = NULL, *measured = NULL;
  if (json_read(a, file, &given, NULL) == STATUS_OK) run.config = value_get(given, "config");
  if (json_read(brief, arena_format(a, "%s/result.json", folder), &result, NULL) == STATUS_OK) {
    const char *id = value_get_text(given, "measure_id", "");
    run.state = arena_text(a, value_get_text(result, "status", "done"));
    if (json_read(brief, job_measure_path(a, folder, id), &measured, NULL) == STATUS_OK)
      run.history = value_get(measured, "history");
  } else {
    if (files_exists(checkpoint)) {
      run.state = "interrupted";
      run.history = history_so_far(brief, checkpoint);
    }
    if (files_is_used(file)) run.state = "running";
  }
  run.nll = smallest_nll(run.history);
  return run;
}

/* Names end in a hyphen and twelve digits of a hash. */
static bool are_alike(const char *x, const char *y) {
  const size_t length = strlen(x);
  return length > 13 && length == strlen(y) && strncmp(x, y, length - 13) == 0;
}

/* Runs of one name but for the hash, and in what they differ. */
static void print_group(const listed *runs, size_t count) {
  arena a = {0};
  const value **configs = arena_get(&a, count * sizeof *configs);
  const char **told = arena_get(&a, count * sizeof *told);
  for (size_t i = 0; i < count; i++) configs[i] = runs[i].config;
  run_diff_find(&a, configs, count, told);
  for (size_t i = 0; i < count; i++) {
    char number[FORMAT_ROOM] = "";
    if (!isnan(runs[i].nll)) format_fixed(number, runs[i].nll, 3);
    printf("%-12s %10s  %s%s%s\n", runs[i].state, number, runs[i].name, *told[i] ? "  " : "",
           told[i]);
  }
  arena_close(&a);
}

status_code command_ls(arena *a, const options *given, failure *err) {
  listing list;
  if (given->word_count) return failure_set(err, STATUS_USAGE, "hifm ls takes no words");
  status_code status = list_runs(a, given->out, &list, err);
  if (status != STATUS_OK) return status;
  listed *runs = arena_get(a, (list.count + 1) * sizeof *runs);
  for (size_t i = 0; i < list.count; i++) {
    arena brief = {0};
    const char *folder = arena_format(a, "%s/%s", list.folder, list.names[i]);
    runs[i] = look(a, &brief, folder, list.names[i]);
    runs[i].history = NULL;
    arena_close(&brief);
  }
  for (size_t first = 0, end; first < list.count; first = end) {
    for (end = first + 1; end < list.count && are_alike(list.names[first], list.names[end]);) end++;
    print_group(runs + first, end - first);
  }
  if (list.count == 0) fprintf(stderr, "no runs in %s\n", list.folder);
  return STATUS_OK;
}

status_code command_find_run(arena *a, const char *out, const char *word, const char **folder,
                             failure *err) {
  enum { SHOWN = 5 };
  listing list;
  const char *shown = "";
  size_t matches = 0;
  *folder = word;
  if (strchr(word, '/')) {
    if (files_exists(arena_format(a, "%s/job.json", word))) return STATUS_OK;
    return failure_set(err, STATUS_NO_INPUT, "%s is no folder of a run; hifm ls shows all", word);
  }
  status_code status = list_runs(a, out, &list, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < list.count; i++) {
    if (!strstr(list.names[i], word)) continue;
    *folder = arena_format(a, "%s/%s", list.folder, list.names[i]);
    if (matches++ < SHOWN) shown = arena_format(a, "%s\n  %s", shown, list.names[i]);
  }
  if (matches == 1) return STATUS_OK;
  if (matches == 0)
    return failure_set(err, STATUS_NO_INPUT,
                       "no run in %s has \"%s\" in its name; hifm ls shows all", list.folder, word);
  return failure_set(err, STATUS_USAGE, "%zu runs in %s have \"%s\" in their name:%s%s", matches,
                     list.folder, word, shown, matches > SHOWN ? "\n  ..." : "");
}

static const char *number_at(arena *a, const value *row, const char *key, int digits) {
  const double x = value_get_number(row, key, NAN);
  return isnan(x) ? "" : format_fixed(arena_get(a, FORMAT_ROOM), x, digits);
}

/* A line per measured epoch. */
static void print_history(arena *a, const value *history) {
  enum { COLUMNS = 5 };
  static const char *const heading[COLUMNS] = {"epoch", "loss", "NLL", "NFE", "solver"};
  static const bool right[COLUMNS] = {true, true, true, true, false};
  const size_t rows = history->count + 1;
  const char **cells = arena_get(a, rows * COLUMNS * sizeof *cells), **next = cells + COLUMNS;
  memcpy(cells, heading, sizeof heading);
  for (size_t i = 0; i < history->count; i++) {
    const value *row = history->items[i];
    const double epoch = value_get_number(row, "epoch", NAN);
    *next++ = number_at(a, row, "epoch", epoch == floor(epoch) ? 0 : 2);
    *next++ = number_at(a, row, "loss", 4);
    *next++ = number_at(a, row, "nll", 3);
    *next++ = number_at(a, row, "nfe", 0);
    *next++ = value_get_text(row, "solver", "");
  }
  text_buffer text = {0};
  format_aligned(&text, &(format_grid){COLUMNS, rows, cells, right});
  fputs(text.text, stdout);
  free(text.text);
}

status_code command_log(arena *a, const options *given, failure *err) {
  const char *folder;
  char *text;
  size_t length;
  if (given->word_count != 1)
    return failure_set(err, STATUS_USAGE, "hifm log takes the name of a run, or a part of it");
  status_code status = command_find_run(a, given->out, given->words[0], &folder, err);
  if (status == STATUS_OK)
    status =
        files_read(arena_format(a, "%s/log.txt", folder), (size_t)1 << 30, &text, &length, err);
  if (status != STATUS_OK) return status;
  fwrite(text, 1, length, stdout);
  free(text);
  const listed run = look(a, a, folder, given->words[0]);
  if (run.history && run.history->count) print_history(a, run.history);
  return STATUS_OK;
}
