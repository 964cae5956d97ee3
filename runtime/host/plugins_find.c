/* Which plugin files there are. */
#include "base/text.h"
#include "host/plugins.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const KIND_FOLDERS[] = {"", "energies", "flows", "networks", "solvers"};

const char *plugins_kind_folder(hifm_kind kind) {
  return KIND_FOLDERS[kind];
}

hifm_kind plugins_folder_kind(const char *path) {
  const char *end = strrchr(path, '/');
  if (!end) return (hifm_kind)0;
  const char *start = end;
  while (start > path && start[-1] != '/') start--;
  for (int kind = HIFM_ENERGY; kind <= HIFM_SOLVER; kind++) {
    size_t length = strlen(KIND_FOLDERS[kind]);
    if ((size_t)(end - start) == length && strncmp(start, KIND_FOLDERS[kind], length) == 0)
      return (hifm_kind)kind;
  }
  return (hifm_kind)0;
}

static void add_files(arena *a, value *list, const char *folder) {
  DIR *directory = opendir(folder);
  if (!directory) return;
  for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
    size_t length = strlen(entry->d_name);
    if (length <= 3 || entry->d_name[0] == '.' || strcmp(entry->d_name + length - 3, ".so") != 0)
      continue;
    value *file = value_new(a, VALUE_MAP);
    const char *path = arena_format(a, "%s/%s", folder, entry->d_name);
    hifm_kind kind = plugins_folder_kind(path);
    value_put_text(a, file, "kind", kind ? params_kind_text(kind) : "");
    value_put_text(a, file, "name", arena_format(a, "%.*s", (int)length - 3, entry->d_name));
    value_put_text(a, file, "path", path);
    value_push(a, list, file);
  }
  closedir(directory);
}

/* Adds a folder by its real name, once: the search path may name the program's own folder too. */
static void add_folder(arena *a, value *folders, const char *folder) {
  char *real = realpath(folder, NULL);
  if (!real) return;
  bool known = false;
  for (size_t i = 0; i < folders->count; i++)
    known = known || strcmp(folders->items[i]->text, real) == 0;
  if (!known) value_push(a, folders, value_text(a, real));
  free(real);
}

static const value *search_folders(arena *a) {
  value *folders = value_new(a, VALUE_LIST);
  const char *search = getenv("HIFM_PLUGIN_PATH"), *copies = getenv(PLUGINS_COPIES);
  if (copies) {
    add_folder(a, folders, copies);
    return folders;
  }
  for (const char *place; search && (place = text_next_place(a, &search));)
    add_folder(a, folders, place);
  char program[4096];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length > 0) {
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    add_folder(a, folders, arena_format(a, "%s/plugins", program));
  }
  return folders;
}

static int by_kind_name_path(const void *left, const void *right) {
  const value *x = *(const value *const *)left, *y = *(const value *const *)right;
  static const char *const KEYS[] = {"kind", "name", "path"};
  int order = 0;
  for (size_t i = 0; i < 3 && order == 0; i++)
    order = strcmp(value_get_text(x, KEYS[i], ""), value_get_text(y, KEYS[i], ""));
  return order;
}

const value *plugins_files(arena *a) {
  value *list = value_new(a, VALUE_LIST);
  const value *folders = search_folders(a);
  for (size_t i = 0; i < folders->count; i++) {
    const char *folder = folders->items[i]->text;
    add_files(a, list, folder);
    for (int kind = HIFM_ENERGY; kind <= HIFM_SOLVER; kind++)
      add_files(a, list, arena_format(a, "%s/%s", folder, KIND_FOLDERS[kind]));
  }
  if (list->count) qsort(list->items, list->count, sizeof *list->items, by_kind_name_path);
  return list;
}

const char *plugins_hint(arena *a, const char *name, const char *const *names, size_t count) {
  const char *hint = text_hint(a, name, names, count);
  if (*hint) return hint;
  return arena_format(a, "; available: %s (search path: HIFM_PLUGIN_PATH)",
                      count ? text_list(a, names, count) : "none");
}

status_code plugins_find(arena *a, hifm_kind kind, const char *name, const char **path,
                         failure *err) {
  const value *files = plugins_files(a);
  const char **names = arena_get(a, (files->count + 1) * sizeof *names);
  const char *word = params_kind_text(kind), *found = NULL;
  size_t count = 0;
  for (size_t i = 0; i < files->count; i++) {
    const char *its_kind = value_get_text(files->items[i], "kind", "");
    if (*its_kind && strcmp(its_kind, word) != 0) continue;
    names[count] = value_get_text(files->items[i], "name", "");
    if (strcmp(names[count++], name) != 0) continue;
    const char *here = value_get_text(files->items[i], "path", "");
    if (found)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "%s plugin \"%s\" is found twice: %s and %s; keep one", name, word, found,
                         here);
    found = here;
  }
  if (!found)
    return failure_set(err, STATUS_BAD_CONFIG, "unknown %s \"%s\"%s", word, name,
                       plugins_hint(a, name, names, count));
  *path = found;
  return STATUS_OK;
}
