#include "front/freeze.h"

#include "base/blake2b.h"
#include "base/files.h"
#include "base/text.h"
#include "host/plugins.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 30 };

typedef struct copied {
  const char *place; /* energies/NAME.so, or NAME.so */
  char *bytes;
  size_t length;
  char hash[33];
} copied;

/* The last part of a path, or the last two. */
static const char *last_parts(const char *path, size_t count) {
  const char *at = path + strlen(path);
  while (at > path && (at[-1] != '/' || --count > 0)) at--;
  return at;
}

/* A file that could not be read by the catalogue is left out: whoever wants it was told so. */
static hifm_status read_all(arena *a, const value *catalogue, copied **out, size_t *count,
                            hifm_error *err) {
  copied *all = *out = arena_get(a, (catalogue->count + 1) * sizeof *all);
  for (size_t i = 0; i < catalogue->count; i++) {
    const char *path = value_get_text(catalogue->items[i], "path", "");
    const char *known = value_get_text(catalogue->items[i], "hash", NULL);
    copied *it = &all[*count];
    if (!known) continue;
    it->place = last_parts(path, plugins_folder_kind(path) ? 2 : 1);
    hifm_status status = files_read(path, MOST, &it->bytes, &it->length, err);
    if (status != HIFM_OK) return status;
    ++*count;
    blake2b_hex(it->bytes, it->length, it->hash);
    if (strcmp(it->hash, known) != 0)
      return hifm_fail(err, HIFM_BAD_CONFIG, "%s was rebuilt while the script was read; run again",
                       path);
  }
  return HIFM_OK;
}

static void name_all(const copied *all, size_t count, char name[33]) {
  text_buffer list = {0};
  for (size_t i = 0; i < count; i++) text_add(&list, "%s %s\n", all[i].hash, all[i].place);
  blake2b_hex(list.text, list.length, name);
  free(list.text);
}

/* Also what a killed hifm left half done. */
static hifm_status remove_others(const char *place, const char *kept, hifm_error *err) {
  arena a = {0};
  hifm_status status = HIFM_OK;
  DIR *list = opendir(place);
  for (const struct dirent *item; list && status == HIFM_OK && (item = readdir(list));)
    if (item->d_name[0] != '.' && strcmp(item->d_name, kept) != 0)
      status = files_remove(arena_format(&a, "%s/%s", place, item->d_name), err);
  if (list) closedir(list);
  arena_close(&a);
  return status;
}

/* Written under another name first: a folder with its name is whole. */
static hifm_status write_all(arena *a, const copied *all, size_t count, const char *folder,
                             hifm_error *err) {
  const char *part = arena_format(a, "%s.part", folder);
  hifm_status status = files_make_folder(part, err);
  for (size_t i = 0; i < count && status == HIFM_OK; i++) {
    char *path = arena_format(a, "%s/%s", part, all[i].place), *slash = strrchr(path, '/');
    *slash = 0;
    status = files_make_folder(path, err);
    *slash = '/';
    if (status == HIFM_OK) status = files_write(path, all[i].bytes, all[i].length, err);
  }
  if (status == HIFM_OK && rename(part, folder) != 0)
    status = hifm_fail(err, HIFM_CANNOT_CREATE, "cannot create the folder %s: %s", folder,
                       strerror(errno));
  return status;
}

hifm_status freeze_plugins(arena *a, const char *out, const value *catalogue, const char **folder,
                           hifm_error *err) {
  copied *all;
  char name[33];
  size_t count = 0;
  const char *place = arena_format(a, "%s/.plugins", out);
  hifm_status status = read_all(a, catalogue, &all, &count, err);
  name_all(all, count, name);
  *folder = arena_format(a, "%s/%s", place, name);
  if (status == HIFM_OK) status = remove_others(place, name, err);
  if (status == HIFM_OK && !files_exists(*folder)) status = write_all(a, all, count, *folder, err);
  for (size_t i = 0; i < count; i++) free(all[i].bytes);
  return status;
}
