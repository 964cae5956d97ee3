#include "front/garbage.h"

#include "base/files.h"
#include "base/folders.h"
#include "base/json.h"
#include "base/text.h"
#include "front/garbage_files.h"
#include "front/run_reference.h"
#include "job/job.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
static void look_into(arena *a, garbage_item *item, const value *maker, const value *names) {
  for (size_t i = 0; i < names->count; i++) {
    struct stat info;
    const char *name = names->items[i]->text;
    if (lstat(arena_format(a, "%s/%s", item->path, name), &info) != 0) continue;
    item->bytes += (double)info.st_size;
    if (!item->unsure && (!S_ISREG(info.st_mode) || !garbage_files_known(item->kind, maker, name)))
      item->unsure = arena_format(a, "hifm did not make %s in it", name);
  }
}

static bool is_folder(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* hifm knows a folder by one of its files; an empty one is what a killed call has left. */
static status_code add_folder(garbage *g, garbage_kind kind, const char *path, failure *err) {
  garbage_item item = {.kind = kind, .path = path};
  const char *last = arena_format(g->a, "%s/%s", path, garbage_files_last(kind));
  const value *maker = NULL, *names;
  if (!is_folder(path)) return STATUS_OK;
  status_code status = folders_list(g->a, path, &names, err);
  if (status != STATUS_OK) return status;
  if (!files_exists(last) && names->count > 0) return STATUS_OK;
  if (kind == GARBAGE_VIEW && json_read(g->a, last, &maker, NULL) != STATUS_OK) return STATUS_OK;
  if (kind != GARBAGE_VIEW && files_is_used(last)) item.unsure = "a process uses it";
  look_into(g->a, &item, maker, names);
  add(g, item);
  return STATUS_OK;
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

static status_code add_measurements(garbage *g, const references *refs, const char *path,
                                    failure *err) {
  const value *file = NULL, *names;
  const char *job_file = arena_format(g->a, "%s/job.json", path);
  status_code status = folders_list(g->a, path, &names, err);
  if (status != STATUS_OK) return status;
  if (json_read_sealed(g->a, job_file, &file, NULL) != STATUS_OK || files_is_used(job_file))
    return STATUS_OK;
  for (size_t i = 0; i < names->count; i++) {
    char id[13] = "";
    struct stat info;
    const char *name = names->items[i]->text, *whole = arena_format(g->a, "%s/%s", path, name);
    if (sscanf(name, "measure-%12[0-9a-f]", id) != 1 || strlen(id) != 12) continue;
    if (strcmp(name + strlen("measure-") + 12, ".json") != 0) continue;
    if (references_has(&refs->measurements, id) || is_of_training(g->a, file, id)) continue;
    if (lstat(whole, &info) != 0 || !S_ISREG(info.st_mode)) continue;
    const int length = (int)(strlen(whole) - strlen(".json"));
    const char *stem = arena_format(g->a, "%.*s", length, whole);
    add(g, (garbage_item){.kind = GARBAGE_MEASUREMENT,
                          .path = stem,
                          .bytes =
                              (double)info.st_size + bytes_of(arena_format(g->a, "%s.npy", stem))});
  }
  return STATUS_OK;
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* NAME of NAME.new, which --retrain has left. */
static const char *id_of(arena *a, const char *name) {
  if (!text_ends_with(name, ".new")) return run_reference_id(name);
  return run_reference_id(arena_format(a, "%.*s", (int)(strlen(name) - strlen(".new")), name));
}

static status_code add_runs(garbage *g, const char *folder, const references *refs, failure *err) {
  const value *names;
  status_code status = folders_list(g->a, folder, &names, err);
  for (size_t i = 0; i < names->count && status == STATUS_OK; i++) {
    const char *name = names->items[i]->text;
    const char *path = arena_format(g->a, "%s/%s", folder, name), *id = id_of(g->a, name);
    if (!*id || !is_folder(path)) continue;
    if (!references_has(&refs->runs, id))
      status = add_folder(g, GARBAGE_RUN, path, err);
    else if (!references_has(&refs->whole, id))
      status = add_measurements(g, refs, path, err);
  }
  return status;
}

static status_code add_cache(garbage *g, const char *folder, const references *refs, failure *err) {
  const value *names;
  status_code status = folders_list(g->a, folder, &names, err);
  for (size_t i = 0; i < names->count && status == STATUS_OK; i++) {
    const char *name = names->items[i]->text;
    if (*run_reference_id(name) && !references_has(&refs->cache, name))
      status = add_folder(g, GARBAGE_CACHE, arena_format(g->a, "%s/%s", folder, name), err);
  }
  return status;
}

status_code garbage_find(arena *a, const char *out, const references *refs, const run_views *views,
                         garbage *all, failure *err) {
  *all = (garbage){.a = a};
  const char *pool = arena_format(a, "%s/runs", out), *cache = arena_format(a, "%s/cache", out);
  status_code status = is_folder(pool) ? add_runs(all, pool, refs, err) : STATUS_OK;
  if (status == STATUS_OK && is_folder(cache)) status = add_cache(all, cache, refs, err);
  for (size_t i = 0; i < views->count && status == STATUS_OK; i++)
    if (!references_keep_view(refs, &views->items[i]))
      status = add_folder(all, GARBAGE_VIEW, views->items[i].folder, err);
  return status;
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
  const value *names;
  const char *last = garbage_files_last(item->kind);
  const char *first = arena_format(&a, "%s/result.json", item->path);
  status_code status = folders_check(item->path, item->kind == GARBAGE_VIEW ? 1 : 2, err);
  if (status == STATUS_OK) status = folders_list(&a, item->path, &names, err);
  if (status == STATUS_OK) status = files_remove(first, err);
  for (size_t i = 0; status == STATUS_OK && i < names->count; i++)
    if (strcmp(names->items[i]->text, last) != 0)
      status = files_remove(arena_format(&a, "%s/%s", item->path, names->items[i]->text), err);
  if (status == STATUS_OK) status = files_remove(item->path, err);
  arena_close(&a);
  return status;
}
