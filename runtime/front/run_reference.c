#include "front/run_reference.h"

#include "base/files.h"
#include "base/text.h"
#include "front/run_choice.h"
#include "report/format.h"

#include <stdlib.h>
#include <string.h>

enum { ID_DIGITS = 12, LEAST_DIGITS = 4, SHOWN = 10 };

const char *run_reference_id(const char *name) {
  const size_t length = strlen(name);
  if (length <= ID_DIGITS || name[length - ID_DIGITS - 1] != '-') return "";
  const char *id = name + length - ID_DIGITS;
  return strspn(id, "0123456789abcdef") == ID_DIGITS ? id : "";
}

static bool begins_id(const char *name, const char *word) {
  const size_t length = strlen(word);
  return length >= LEAST_DIGITS && *run_reference_id(name) &&
         strncmp(run_reference_id(name), word, length < ID_DIGITS ? length : ID_DIGITS) == 0 &&
         strspn(word, "0123456789abcdef") == length;
}

static bool is_name(const char *name, const char *word) {
  return strcmp(name, word) == 0;
}

/* Not the successor of an interrupted --retrain, unless it is meant. */
static bool has_part(const char *name, const char *word) {
  return strstr(name, word) && (!text_ends_with(name, ".new") || text_ends_with(word, ".new"));
}

/* The runs that a word fits in the first way in which it fits any. */
static size_t match_names(const runs *list, const char *word, bool *chosen) {
  static bool (*const WAYS[])(const char *, const char *) = {is_name, begins_id, has_part};
  size_t count = 0;
  for (size_t way = 0; way < sizeof WAYS / sizeof *WAYS && count == 0; way++)
    for (size_t i = 0; i < list->count; i++) count += chosen[i] = WAYS[way](list->names[i], word);
  return count;
}

static status_code match_cells(arena *a, const char *out, const runs *list, const char *word,
                               bool *chosen, size_t *count, failure *err) {
  run_info *all = arena_get(a, (list->count + 1) * sizeof *all);
  run_views views = run_views_read(a, out);
  const option_list only = {&word, 1};
  runs_look_all(a, list, all);
  status_code status = run_choice_only(a, &views, all, list->count, &only, chosen, err);
  for (size_t i = 0; i < list->count; i++) {
    if (text_ends_with(list->names[i], ".new")) chosen[i] = false;
    *count += chosen[i];
  }
  run_views_close(&views);
  return status;
}

/* ---- not one --------------------------------------------------------------------------------- */

static void list_matches(arena *a, const char *out, const runs *list, const bool *chosen) {
  runs few = {.folder = list->folder, .names = arena_get(a, SHOWN * sizeof *few.names)};
  for (size_t i = 0; i < list->count && few.count < SHOWN; i++)
    if (chosen[i]) few.names[few.count++] = list->names[i];
  run_info all[SHOWN];
  const run_settings *settings[SHOWN];
  run_views views = run_views_read(a, out);
  runs_look_all(a, &few, all);
  for (size_t i = 0; i < few.count; i++) {
    run_views_label(a, &views, &all[i]);
    settings[i] = &all[i].settings;
  }
  const char *const *varying = run_settings_varying(a, settings, few.count);
  for (size_t i = 0; i < few.count; i++)
    fprintf(stderr, "  %s  %s\n", few.names[i], run_settings_words(a, settings[i], varying));
  run_views_close(&views);
}

static status_code find_none(arena *a, const runs *list, const char *word, failure *err) {
  const char **names = arena_get(a, (2 * list->count + 1) * sizeof *names);
  size_t count = 0;
  for (size_t i = 0; i < list->count; i++) {
    names[count++] = list->names[i];
    if (*run_reference_id(list->names[i]))
      names[count++] =
          arena_format(a, "%.*s", (int)(strlen(list->names[i]) - ID_DIGITS - 1), list->names[i]);
  }
  return failure_set(err, STATUS_NO_INPUT,
                     "no run in %s has \"%s\" in its name%s; hifm ls lists all runs", list->folder,
                     word, text_hint(a, word, names, count));
}

static status_code find_by_path(arena *a, const char *word, const char **folder, failure *err) {
  char *path = arena_text(a, word);
  for (size_t length = strlen(path); length > 1 && path[length - 1] == '/';) path[--length] = 0;
  *folder = path;
  if (files_exists(arena_format(a, "%s/job.json", path))) return STATUS_OK;
  return failure_set(err, STATUS_NO_INPUT, "%s is not the folder of a run; hifm ls lists all runs",
                     word);
}

status_code run_reference_find(arena *a, const char *out, const char *word, const char **folder,
                               failure *err) {
  runs list;
  size_t count = 0;
  const bool cells = strchr(word, '=') != NULL;
  if (strchr(word, '/') && (!cells || files_exists(word)))
    return find_by_path(a, word, folder, err);
  status_code status = runs_list(a, out, &list, err);
  if (status != STATUS_OK) return status;
  bool *chosen = arena_get(a, list.count + 1);
  if (cells && list.count)
    status = match_cells(a, out, &list, word, chosen, &count, err);
  else
    count = match_names(&list, word, chosen);
  if (status != STATUS_OK) return status;
  if (count == 0) return find_none(a, &list, word, err);
  if (count > 1) {
    list_matches(a, out, &list, chosen);
    return failure_set(err, STATUS_USAGE, "%zu runs in %s have \"%s\"%s; the %s above", count,
                       list.folder, word, cells ? "" : " in their name",
                       count > SHOWN ? "first ten are" : "runs are");
  }
  for (size_t i = 0; i < list.count; i++)
    if (chosen[i]) *folder = arena_format(a, "%s/%s", list.folder, list.names[i]);
  return STATUS_OK;
}
