/* hifm ls, hifm log, hifm plugin: looking at what is there. */
#include "base/files.h"
#include "base/json.h"
#include "front/command.h"
#include "front/describe.h"
#include "host/check.h"
#include "report/format.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const struct dirent **x, const struct dirent **y) {
  return strcmp((*x)->d_name, (*y)->d_name);
}

static int is_plain(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

/* The folders in <out>/runs, sorted; the caller frees each and the list. */
static int list_runs(arena *a, const char *out, const char **folder, struct dirent ***entries) {
  *folder = arena_format(a, "%s/runs", out);
  const int count = scandir(*folder, entries, is_plain, by_name);
  return count < 0 ? 0 : count;
}

static void free_list(struct dirent **entries, int count) {
  for (int i = 0; i < count; i++) free(entries[i]);
  if (count > 0) free(entries);
}

/* The smallest NLL of any measurement in the folder; NAN without one. */
static double smallest_nll(const char *folder) {
  arena a = {0};
  struct dirent **files;
  double best = NAN;
  const int count = scandir(folder, &files, is_plain, by_name);
  for (int i = 0; i < count; i++) {
    const char *name = files[i]->d_name;
    const value *result;
    const bool measured = strncmp(name, "measure-", 8) == 0 && strlen(name) == 25;
    if (!measured || json_read(&a, arena_format(&a, "%s/%s", folder, name), &result, NULL))
      continue;
    const value *history = value_get(result, "history");
    for (size_t k = 0; history && k < history->count; k++)
      best = fmin(best, value_get_number(history->items[k], "nll", NAN));
  }
  free_list(files, count);
  arena_close(&a);
  return best;
}

static const char *state_of(arena *a, const char *folder) {
  const value *result;
  if (json_read(a, arena_format(a, "%s/result.json", folder), &result, NULL) == HIFM_OK)
    return value_get_text(result, "status", "done");
  return files_exists(arena_format(a, "%s/checkpoint.safetensors", folder)) ? "interrupted"
                                                                            : "unfinished";
}

hifm_status command_ls(arena *a, const options *given, hifm_error *err) {
  const char *folder;
  struct dirent **entries;
  if (given->word_count) return hifm_fail(err, HIFM_USAGE, "hifm ls takes no words");
  const int count = list_runs(a, given->out, &folder, &entries);
  for (int i = 0; i < count; i++) {
    char number[FORMAT_ROOM];
    const char *path = arena_format(a, "%s/%s", folder, entries[i]->d_name);
    const double nll = smallest_nll(path);
    printf("%-12s %10s  %s\n", state_of(a, path), isnan(nll) ? "" : format_fixed(number, nll, 3),
           entries[i]->d_name);
  }
  if (count == 0) fprintf(stderr, "no runs in %s\n", folder);
  free_list(entries, count);
  return HIFM_OK;
}

static hifm_status print_file(const char *path, hifm_error *err) {
  char *text;
  size_t length;
  hifm_status status = files_read(path, (size_t)1 << 30, &text, &length, err);
  if (status != HIFM_OK) return status;
  fwrite(text, 1, length, stdout);
  free(text);
  return HIFM_OK;
}

hifm_status command_find_run(arena *a, const char *out, const char *word, const char **folder,
                             hifm_error *err) {
  const char *runs;
  struct dirent **entries;
  *folder = word;
  if (strchr(word, '/')) {
    if (files_exists(arena_format(a, "%s/job.json", word))) return HIFM_OK;
    return hifm_fail(err, HIFM_NO_INPUT, "%s is no folder of a run; hifm ls shows all", word);
  }
  const int count = list_runs(a, out, &runs, &entries), shown = 5;
  const char *names = "";
  int matches = 0;
  for (int i = 0; i < count; i++)
    if (strstr(entries[i]->d_name, word)) {
      *folder = arena_format(a, "%s/%s", runs, entries[i]->d_name);
      if (matches++ < shown) names = arena_format(a, "%s\n  %s", names, entries[i]->d_name);
    }
  free_list(entries, count);
  if (matches == 1) return HIFM_OK;
  if (matches == 0)
    return hifm_fail(err, HIFM_NO_INPUT, "no run in %s has \"%s\" in its name; hifm ls shows all",
                     runs, word);
  return hifm_fail(err, HIFM_USAGE, "%d runs in %s have \"%s\" in their name:%s%s", matches, runs,
                   word, names, matches > shown ? "\n  ..." : "");
}

hifm_status command_log(arena *a, const options *given, hifm_error *err) {
  const char *folder;
  if (given->word_count != 1)
    return hifm_fail(err, HIFM_USAGE, "hifm log takes the name of a run, or its start or end");
  hifm_status status = command_find_run(a, given->out, given->words[0], &folder, err);
  if (status != HIFM_OK) return status;
  return print_file(arena_format(a, "%s/log.txt", folder), err);
}

static void tell_check(void *context, const char *name, bool passed, const char *detail) {
  (void)context;
  printf("%-6s %s%s%s\n", passed ? "ok" : "FAILED", name, *detail ? ": " : "", detail);
}

static hifm_status check_file(const char *path, hifm_error *err) {
  size_t failed = 0;
  hifm_status status = check_plugin_apart(path, 120, tell_check, NULL, &failed, err);
  if (status == HIFM_OK && failed)
    return hifm_fail(err, HIFM_BAD_CONFIG, "%s: %zu checks failed", path, failed);
  return status;
}

hifm_status command_plugin(arena *a, const options *given, hifm_error *err) {
  const char *verb = given->word_count ? given->words[0] : "";
  (void)a;
  if (strcmp(verb, "list") == 0 && given->word_count == 1) return describe_list(stdout, err);
  if (strcmp(verb, "describe") == 0 && given->word_count == 3)
    return describe_plugin(given->words[1], given->words[2], stdout, err);
  if (strcmp(verb, "check") == 0 && given->word_count == 2) return check_file(given->words[1], err);
  return hifm_fail(err, HIFM_USAGE,
                   "hifm plugin list, hifm plugin describe KIND NAME or hifm plugin check FILE");
}
