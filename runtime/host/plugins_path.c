/* What is wrong with the folders of HIFM_PLUGIN_PATH. */
#include "base/text.h"
#include "host/plugins.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void note(arena *a, value *notes, const char *place, const char *what) {
  value_push(a, notes, value_text(a, arena_format(a, "HIFM_PLUGIN_PATH: %s: %s", place, what)));
}

static bool has_plugins(const value *files, const char *folder) {
  const size_t length = strlen(folder);
  for (size_t i = 0; i < files->count; i++) {
    const char *path = value_get_text(files->items[i], "path", "");
    if (strncmp(path, folder, length) == 0 && path[length] == '/') return true;
  }
  return false;
}

/* "energy" in place of "energies". */
static bool note_wrong_names(arena *a, value *notes, const char *place) {
  bool found = false;
  for (hifm_kind kind = HIFM_ENERGY; kind <= HIFM_SOLVER; kind++) {
    struct stat facts;
    const char *name = params_kind_text(kind);
    if (stat(arena_format(a, "%s/%s", place, name), &facts) != 0 || !S_ISDIR(facts.st_mode))
      continue;
    note(a, notes, place,
         arena_format(a, "its folder \"%s\" is not searched; the name is \"%s\"", name,
                      plugins_kind_folder(kind)));
    found = true;
  }
  return found;
}

static void look_into(arena *a, const value *files, const char *place, value *notes) {
  char *real = realpath(place, NULL);
  DIR *folder = opendir(place);
  if (!real || !folder)
    note(a, notes, place, strerror(errno));
  else if (!note_wrong_names(a, notes, place) && !has_plugins(files, real))
    note(a, notes, place,
         "has no plugins: no .so files, neither in it nor in its folders energies, flows, "
         "networks, solvers");
  if (folder) closedir(folder);
  free(real);
}

const value *plugins_path_notes(arena *a) {
  const char *search = getenv("HIFM_PLUGIN_PATH");
  value *notes = value_new(a, VALUE_LIST);
  if (!search || !*search) return notes;
  const value *files = plugins_files(a);
  for (const char *place; (place = text_next_place(a, &search));) look_into(a, files, place, notes);
  return notes;
}
