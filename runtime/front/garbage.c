#include "front/garbage.h"

#include "base/files.h"
#include "base/folders.h"
#include "base/json.h"
#include "base/text.h"
#include "front/garbage_files.h"
#include "front/run_reference.h"
#include "job/job.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int is_item(const struct dirent *entry) {
  return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* The names in a folder, sorted; none where it cannot be read. */
static size_t names_in(arena *a, const char *path, const char ***out) {
  struct dirent **entries;
  const int found = scandir(path, &entries, is_item, alphasort);
  const size_t count = found > 0 ? (size_t)found : 0;
  *out = arena_get(a, (count + 1) * sizeof **out);
  for (size_t i = 0; i < count; i++) {
    (*out)[i] = arena_text(a, entries[i]->d_name);
    free(entries[i]);
  }
  if (found >= 0) free(entries);
  return count;
}

static void add(garbage *g, garbage_item item) {
  if (g->count == g->room) {
    const garbage_item *old = g->items;
    g->room = g->room ? 2 * g->room : 64;
    g->items = arena_get(g->a, g->room * sizeof *g->items);
    if (g->count) memcpy(g->items, old, g->count * sizeof *g->items);
  }
  g->items[g->count++] = item;
}

/* ---- folders --------------------------------------------------------------------------------- */

/* Adds up the files of a folder; item->unsure: one of them is not hifm's. */
static void look_into(arena *a, garbage_item *item, const value *maker) {
  const char **names;
  const size_t count = names_in(a, item->path, &names);
  for (size_t i = 0; i < count; i++) {
    struct stat info;
    if (lstat(arena_format(a, "%s/%s", item->path, names[i]), &info) != 0) continue;
    item->bytes += (double)info.st_size;
    if (!item->unsure &&
        (!S_ISREG(info.st_mode) || !garbage_files_known(item->kind, maker, names[i])))
      item->unsure = arena_format(a, "hifm did not make %s in it", names[i]);
  }
}

static bool is_folder(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* hifm knows a folder by one of its files; an empty one is what a killed call has left. */
static void add_folder(garbage *g, garbage_kind kind, const char *path) {
  garbage_item item = {.kind = kind, .path = path};
  const char *last = arena_format(g->a, "%s/%s", path, garbage_files_last(kind)), **names;
  const value *maker = NULL;
  if (!is_folder(path)) return;
  if (!files_exists(last) && names_in(g->a, path, &names) > 0) return;
  if (kind == GARBAGE_VIEW && json_read(g->a, last, &maker, NULL) != STATUS_OK) return;
  if (kind != GARBAGE_VIEW && files_is_used(last)) item.unsure = "a process uses it";
  look_into(g->a, &item, maker);
  add(g, item);
}

/* ---- measurements ---------------------------------------------------------------------------- */

/* Those of the training itself could not be made again without it. */
static bool is_of_training(arena *a, const value *file, const char *id) {
  const value *list = job_measurements(a, file);
  for (size_t i = 0; i < list->count; i++)
    if (strncmp(value_get_text(list->items[i], "id", ""), id, 12) == 0) return true;
  return false;
}

/* 0: there is no such file. */
static double bytes_of(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && S_ISREG(info.st_mode) ? (double)info.st_size : 0;
}

static void add_measurements(garbage *g, const references *refs, const char *path) {
  const char **names;
  const value *file = NULL;
  const size_t count = names_in(g->a, path, &names);
  const char *job_file = arena_format(g->a, "%s/job.json", path);
  if (json_read_sealed(g->a, job_file, &file, NULL) != STATUS_OK || files_is_used(job_file)) return;
  for (size_t i = 0; i < count; i++) {
    char id[13] = "";
    struct stat info;
    const char *whole = arena_format(g->a, "%s/%s", path, names[i]);
    if (sscanf(names[i], "measure-%12[0-9a-f]", id) != 1 || strlen(id) != 12) continue;
    if (strcmp(names[i] + strlen("measure-") + 12, ".json") != 0) continue;
    if (references_has(&refs->measurements, id) || is_of_training(g->a, file, id)) continue;
    if (lstat(whole, &info) != 0 || !S_ISREG(info.st_mode)) continue;
    const int length = (int)(strlen(whole) - strlen(".json"));
    const char *stem = arena_format(g->a, "%.*s", length, whole);
    add(g, (garbage_item){.kind = GARBAGE_MEASUREMENT,
                          .path = stem,
                          .bytes =
                              (double)info.st_size + bytes_of(arena_format(g->a, "%s.npy", stem))});
  }
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* NAME of NAME.new, which --retrain has left. */
static const char *id_of(arena *a, const char *name) {
  if (!text_ends_with(name, ".new")) return run_reference_id(name);
  return run_reference_id(arena_format(a, "%.*s", (int)(strlen(name) - strlen(".new")), name));
}

static void add_runs(garbage *g, const char *folder, const references *refs) {
  const char **names;
  const size_t count = names_in(g->a, folder, &names);
  for (size_t i = 0; i < count; i++) {
    const char *path = arena_format(g->a, "%s/%s", folder, names[i]), *id = id_of(g->a, names[i]);
    if (!*id || !is_folder(path)) continue;
    if (!references_has(&refs->runs, id))
      add_folder(g, GARBAGE_RUN, path);
    else if (!references_has(&refs->whole, id))
      add_measurements(g, refs, path);
  }
}

static void add_cache(garbage *g, const char *folder, const references *refs) {
  const char **names;
  const size_t count = names_in(g->a, folder, &names);
  for (size_t i = 0; i < count; i++)
    if (*run_reference_id(names[i]) && !references_has(&refs->cache, names[i]))
      add_folder(g, GARBAGE_CACHE, arena_format(g->a, "%s/%s", folder, names[i]));
}

garbage garbage_find(arena *a, const char *out, const references *refs, const run_views *views) {
  garbage g = {.a = a};
  const char *all = arena_format(a, "%s/runs", out), *cache = arena_format(a, "%s/cache", out);
  if (is_folder(all)) add_runs(&g, all, refs);
  if (is_folder(cache)) add_cache(&g, cache, refs);
  for (size_t i = 0; i < views->count; i++)
    if (!references_keep_view(refs, &views->items[i]))
      add_folder(&g, GARBAGE_VIEW, views->items[i].folder);
  return g;
}

/* ---- removing -------------------------------------------------------------------------------- */

static status_code remove_measurement(const char *path, failure *err) {
  static const char *const ENDINGS[] = {".npy", ".json", ".failed.json", ".log.txt", ".job.json"};
  arena a = {0};
  status_code status = STATUS_OK;
  for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS && status == STATUS_OK; i++)
    status = files_remove(arena_format(&a, "%s%s", path, ENDINGS[i]), err);
  arena_close(&a);
  return status;
}

status_code garbage_remove(const garbage_item *item, failure *err) {
  if (item->kind == GARBAGE_MEASUREMENT) return remove_measurement(item->path, err);
  arena a = {0};
  const char **names, *last = garbage_files_last(item->kind);
  const char *first = arena_format(&a, "%s/result.json", item->path);
  status_code status = folders_check(item->path, item->kind == GARBAGE_VIEW ? 1 : 2, err);
  const size_t count = names_in(&a, item->path, &names);
  if (status == STATUS_OK) status = files_remove(first, err);
  for (size_t i = 0; i < count && status == STATUS_OK; i++)
    if (strcmp(names[i], last) != 0)
      status = files_remove(arena_format(&a, "%s/%s", item->path, names[i]), err);
  if (status == STATUS_OK) status = files_remove(item->path, err);
  arena_close(&a);
  return status;
}
