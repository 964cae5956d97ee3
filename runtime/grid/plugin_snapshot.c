#include "grid/plugin_snapshot.h"

#include "base/blake2b.h"
#include "base/files.h"
#include "base/folders.h"
#include "base/text.h"
#include "host/plugins.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 1 << 30 };

typedef struct plugin_file {
  const char *path, *name; /* name: energies/NAME.so, or NAME.so */
  char *bytes;
  size_t length;
  char hash[33];
} plugin_file;

/* The last part of a path, or the last two. */
static const char *last_parts(const char *path, size_t count) {
  const char *at = path + strlen(path);
  while (at > path && (at[-1] != '/' || --count > 0)) at--;
  return at;
}

/* Files that the catalogue could not read are skipped: a run that needs one was refused. */
static void add_file(const char *path, const char *name, const char *hash, plugin_file *all,
                     size_t *count) {
  plugin_file *it = &all[*count];
  if (!hash) return;
  *it = (plugin_file){.path = path, .name = name};
  snprintf(it->hash, sizeof it->hash, "%s", hash);
  ++*count;
}

/* Is "../lib/x.so", from a folder of the copy that is `depth` deep, still in the copy? */
static bool stays_inside(const char *name, size_t depth) {
  for (; strncmp(name, "../", 3) == 0; name += 3)
    if (depth-- == 0) return false;
  return !strstr(name, "../");
}

/* A library that a plugin loads from its own folder is copied with it. */
static void add_libraries(arena *a, const value *entry, bool in_kind_folder, plugin_file *all,
                          size_t *count) {
  const value *libraries = value_get(entry, "libraries");
  const char *path = value_get_text(entry, "path", ""), *plugin = last_parts(path, 1);
  const char *kind = last_parts(path, in_kind_folder ? 2 : 1);
  for (size_t i = 0; libraries && i < libraries->count; i++) {
    const char *name = value_get_text(libraries->items[i], "name", "");
    if (!stays_inside(name, in_kind_folder)) continue; /* loading the copy says that it is lost */
    add_file(arena_format(a, "%.*s%s", (int)(plugin - path), path, name),
             arena_format(a, "%.*s%s", (int)(plugin - kind), kind, name),
             value_get_text(libraries->items[i], "hash", NULL), all, count);
  }
}

static plugin_file *list_files(arena *a, const value *catalogue, size_t *count) {
  size_t room = 1;
  *count = 0;
  for (size_t i = 0; i < catalogue->count; i++) {
    const value *libraries = value_get(catalogue->items[i], "libraries");
    room += 1 + (libraries ? libraries->count : 0);
  }
  plugin_file *all = arena_get(a, room * sizeof *all);
  for (size_t i = 0; i < catalogue->count; i++) {
    const value *entry = catalogue->items[i];
    const char *path = value_get_text(entry, "path", "");
    const bool in_kind_folder = plugins_folder_kind(path) != 0;
    add_file(path, last_parts(path, in_kind_folder ? 2 : 1), value_get_text(entry, "hash", NULL),
             all, count);
    add_libraries(a, entry, in_kind_folder, all, count);
  }
  return all;
}

static status_code read_all(plugin_file *all, size_t count, failure *err) {
  for (size_t i = 0; i < count; i++) {
    char hash[sizeof all[i].hash];
    status_code status = files_read(all[i].path, LARGEST, &all[i].bytes, &all[i].length, err);
    if (status != STATUS_OK) return status;
    blake2b_hex(all[i].bytes, all[i].length, hash);
    if (strcmp(all[i].hash, hash) != 0)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "%s was rebuilt while the script was read; run again", all[i].path);
  }
  return STATUS_OK;
}

static void hash_all(const plugin_file *all, size_t count, char name[33]) {
  text_buffer list = {0};
  for (size_t i = 0; i < count; i++) text_add(&list, "%s %s\n", all[i].hash, all[i].name);
  blake2b_hex(list.text, list.length, name);
  free(list.text);
}

void plugin_snapshot_hash(const value *catalogue, char name[33]) {
  arena a = {0};
  size_t count;
  const plugin_file *all = list_files(&a, catalogue, &count);
  hash_all(all, count, name);
  arena_close(&a);
}

/* The copy of an earlier grid, or the unfinished one of a hifm that was killed. */
static bool is_copy(const char *name) {
  const size_t digits = strspn(name, "0123456789abcdef");
  return digits == 32 && (name[32] == 0 || strcmp(name + 32, ".part") == 0);
}

static status_code remove_others(const char *parent, const char *kept, failure *err) {
  arena a = {0};
  const value *names;
  status_code status = folders_list(&a, parent, &names, err);
  for (size_t i = 0; status == STATUS_OK && i < names->count; i++) {
    const char *name = names->items[i]->text;
    if (is_copy(name) && strcmp(name, kept) != 0)
      status = files_remove(arena_format(&a, "%s/%s", parent, name), err);
  }
  arena_close(&a);
  return status;
}

/* Written under another name first: a folder with the final name is complete. Not synced: after a
 * power cut the next grid finds what is damaged (find_damage) and copies again. */
static status_code write_all(arena *a, const plugin_file *all, size_t count, const char *folder,
                             failure *err) {
  const char *part = arena_format(a, "%s.part", folder);
  status_code status = folders_make(part, 1, err);
  for (size_t i = 0; i < count && status == STATUS_OK; i++) {
    char *path = arena_format(a, "%s/%s", part, all[i].name), *slash = strrchr(path, '/');
    *slash = 0;
    status = files_make_folder(path, err);
    *slash = '/';
    if (status == STATUS_OK) status = files_write_unsynced(path, all[i].bytes, all[i].length, err);
  }
  if (status == STATUS_OK && rename(part, folder) != 0)
    status = failure_set(err, files_status(errno, STATUS_CANNOT_CREATE),
                         "cannot create the folder %s: %s", folder, strerror(errno));
  return status;
}

/* The name of a copy that is not what it was; NULL: all are. */
static const char *find_damage(arena *a, const plugin_file *all, size_t count, const char *folder) {
  const char *damaged = NULL;
  for (size_t i = 0; i < count && !damaged; i++) {
    char *bytes = NULL;
    size_t length;
    const char *path = arena_format(a, "%s/%s", folder, all[i].name);
    const bool fits = files_read(path, LARGEST, &bytes, &length, NULL) == STATUS_OK &&
                      length == all[i].length && memcmp(bytes, all[i].bytes, length) == 0;
    if (!fits) damaged = path;
    free(bytes);
  }
  return damaged;
}

static status_code remove_damaged(arena *a, const plugin_file *all, size_t count,
                                  const char *folder, FILE *log, failure *err) {
  const char *damaged = find_damage(a, all, count, folder);
  if (!damaged) return STATUS_OK;
  if (log) fprintf(log, "%s is missing or damaged: all plugins are copied again\n", damaged);
  return files_remove(folder, err);
}

status_code plugin_snapshot_take(arena *a, const char *out, const value *catalogue, FILE *log,
                                 const char **folder, failure *err) {
  char name[33];
  size_t count;
  plugin_file *all = list_files(a, catalogue, &count);
  const char *parent = arena_format(a, "%s/.plugins", out);
  status_code status = read_all(all, count, err);
  hash_all(all, count, name);
  *folder = arena_format(a, "%s/%s", parent, name);
  if (status == STATUS_OK) status = folders_make(parent, 1, err);
  if (status == STATUS_OK) status = remove_others(parent, name, err);
  if (status == STATUS_OK && files_exists(*folder))
    status = remove_damaged(a, all, count, *folder, log, err);
  if (status == STATUS_OK && !files_exists(*folder))
    status = write_all(a, all, count, *folder, err);
  for (size_t i = 0; i < count; i++) free(all[i].bytes);
  return status;
}
