#include "front/garbage_files.h"

#include "base/folders.h"
#include "base/text.h"
#include "front/report.h"
#include "job/losses.h"

#include <string.h>

static bool is_among(const char *name, const char *const *list) {
  for (; *list; list++)
    if (strcmp(name, *list) == 0) return true;
  return false;
}

static bool is_between(const char *name, const char *start, const char *end) {
  return strncmp(name, start, strlen(start)) == 0 && text_ends_with(name, end) &&
         strlen(name) > strlen(start) + strlen(end);
}

static bool is_of_run(const char *name) {
  static const char *const NAMES[] = {"job.json",
                                      "log.txt",
                                      "result.json",
                                      "failed.json",
                                      "checkpoint.safetensors",
                                      "last.safetensors",
                                      "last_averaged.safetensors",
                                      "state.safetensors",
                                      LOSSES_FILE,
                                      "retrain.txt",
                                      NULL};
  return is_among(name, NAMES) || is_between(name, "best-", ".safetensors") ||
         is_between(name, "weights-", ".safetensors") || is_between(name, "measure-", ".json") ||
         is_between(name, "measure-", ".npy") || is_between(name, "measure-", ".log.txt");
}

static bool is_of_cache(const char *name) {
  static const char *const NAMES[] = {"job.json",    "log.txt",      "result.json",
                                      "failed.json", "dropped.json", NULL};
  return is_among(name, NAMES) || is_between(name, "", ".npy");
}

static bool is_declared(const value *names, const char *name, const char *const *endings) {
  for (size_t i = 0; names && i < names->count; i++)
    for (const char *const *ending = endings; *ending; ending++) {
      const char *stem = names->items[i]->text;
      const size_t length = stem ? strlen(stem) : 0;
      if (stem && strncmp(name, stem, length) == 0 && strcmp(name + length, *ending) == 0)
        return true;
    }
  return false;
}

static bool is_of_view(const value *maker, const char *name) {
  static const char *const NAMES[] = {"runs.csv",       "history.csv", "timings.csv",
                                      "histograms.csv", "paired.csv",  "script.json",
                                      "options.txt",    REPORT_FILE,   NULL};
  static const char *const TABLES[] = {".csv", ".md", ".tex", NULL};
  static const char *const FIGURES[] = {".svg", ".png", NULL};
  return is_among(name, NAMES) || is_declared(value_get(maker, "tables"), name, TABLES) ||
         is_declared(value_get(maker, "figures"), name, FIGURES);
}

bool garbage_files_known(garbage_kind kind, const value *maker, const char *name) {
  if (folders_is_temporary(name)) return true;
  if (kind == GARBAGE_VIEW) return is_of_view(maker, name);
  return kind == GARBAGE_CACHE ? is_of_cache(name) : is_of_run(name);
}

const char *garbage_files_last(garbage_kind kind) {
  return kind == GARBAGE_VIEW ? "script.json" : "job.json";
}
