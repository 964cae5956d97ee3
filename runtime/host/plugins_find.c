/* Which plugin files there are. */
#include "base/folders.h"
#include "base/self.h"
#include "base/text.h"
#include "host/catalogue.h"
#include "host/plugins.h"

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

static value *add_file(arena *a, value *list, const char *path, const char *name) {
  value *file = value_new(a, VALUE_MAP);
  const hifm_kind kind = plugins_folder_kind(path);
  value_put_text(a, file, "kind", kind ? params_kind_text(kind) : "");
  value_put_text(a, file, "name", name);
  value_put_text(a, file, "path", path);
  value_push(a, list, file);
  return file;
}

static void add_files(arena *a, value *list, const char *folder) {
  const value *names;
  failure err;
  const status_code status = folders_list(a, folder, &names, &err);
  if (status != STATUS_OK && status != STATUS_NO_INPUT)
    plugins_refuse(a, add_file(a, list, arena_format(a, "%s/", folder), ""), &err);
  for (size_t i = 0; i < names->count; i++) {
    const char *name = names->items[i]->text;
    const size_t length = strlen(name);
    if (length <= 3 || name[0] == '.' || strcmp(name + length - 3, ".so") != 0) continue;
    add_file(a, list, arena_format(a, "%s/%s", folder, name),
             arena_format(a, "%.*s", (int)length - 3, name));
  }
}

void plugins_refuse(arena *a, value *entry, const failure *why) {
  value_put_text(a, entry, "error", why->message);
  value_put_number(a, entry, "status", why->status);
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

/* *program is false where this program does not find itself, and so not the folder beside it. */
static const value *search_folders(arena *a, bool *program) {
  value *folders = value_new(a, VALUE_LIST);
  *program = true;
  const char *search = getenv("HIFM_PLUGIN_PATH"), *copies = getenv(PLUGINS_COPIES);
  if (copies) {
    add_folder(a, folders, copies);
    return folders;
  }
  for (const char *place; search && (place = text_next_place(a, &search));)
    add_folder(a, folders, place);
  char path[4096];
  *program = self_path(path, sizeof path);
  if (!*program) return folders;
  *strrchr(path, '/') = '\0';
  add_folder(a, folders, arena_format(a, "%s/plugins", path));
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
  bool program;
  failure why;
  const value *folders = search_folders(a, &program);
  if (!program) {
    failure_set(&why, STATUS_NO_RESOURCE,
                "/proc/self/maps cannot be read, so the plugins beside this program are not found");
    plugins_refuse(a, add_file(a, list, "/proc/self/maps", ""), &why);
  }
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

/* Among the copies of a grid a file of its kind's folder is the only one of its name: no folder is
 * read. NULL: it is somewhere else, or nowhere. */
static const char *find_copy(arena *a, hifm_kind kind, const char *name) {
  const char *copies = getenv(PLUGINS_COPIES);
  if (!copies || strchr(name, '/')) return NULL;
  const char *path = arena_format(a, "%s/%s/%s.so", copies, KIND_FOLDERS[kind], name);
  return access(path, F_OK) == 0 ? path : NULL;
}

status_code plugins_find(arena *a, hifm_kind kind, const char *name, const char **path,
                         failure *err) {
  const value *found = NULL;
  *path = find_copy(a, kind, name);
  if (*path) return STATUS_OK;
  const status_code status = catalogue_find(a, plugins_files(a), kind, name, &found, err);
  if (status == STATUS_OK) *path = value_get_text(found, "path", "");
  return status;
}
