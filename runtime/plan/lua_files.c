#include "plan/lua_files.h"

#include "base/files.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_name(const char *name) {
  static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  for (;;) {
    size_t length = strspn(name, LETTERS);
    if (length == 0) return false;
    name += length;
    if (!*name) return true;
    if (*name != '.' && *name != '/') return false;
    name++;
  }
}

static bool is_below(const char *path, const char *folder) {
  char inner[PATH_MAX], outer[PATH_MAX];
  if (!realpath(path, inner) || !realpath(folder, outer)) return false;
  size_t length = strlen(outer);
  return strncmp(inner, outer, length) == 0 && (inner[length] == '/' || length == 1);
}

/* Without the byte order mark of some editors, and without a first line for shells. The end of that
 * line stays, so that lines keep their numbers. */
static const char *after_marks(const char *text) {
  static const char BYTE_ORDER_MARK[] = "\xef\xbb\xbf";
  if (strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0) text += strlen(BYTE_ORDER_MARK);
  return *text == '#' ? text + strcspn(text, "\n") : text;
}

status_code lua_files_text(arena *a, const char *path, const char **text, failure *err) {
  char *bytes = NULL;
  size_t length;
  status_code status = files_read(path, LUA_FILES_LARGEST, &bytes, &length, err);
  if (status != STATUS_OK) return status;
  const char *whole = arena_text(a, bytes);
  free(bytes);
  *text = after_marks(whole);
  if (strlen(whole) == length) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "%s: has a zero byte, so it is not Lua text", path);
}

status_code lua_files_read(arena *a, const char *folder, const char *name, const char **path,
                           const char **text, failure *err) {
  char *relative = arena_text(a, name);
  for (char *c = relative; *c; c++)
    if (*c == '.') *c = '/';
  *path = arena_format(a, "%s/%s.lua", folder, relative);
  if (is_name(name) && is_below(*path, folder)) return lua_files_text(a, *path, text, err);
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "require: \"%s\" is neither \"hifm\" nor a .lua file below the script's folder", name);
}
