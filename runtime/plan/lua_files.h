/* What `require` may read: .lua files below the script's folder. */
#ifndef PLAN_LUA_FILES_H
#define PLAN_LUA_FILES_H

#include "base/failure.h"
#include "base/memory.h"

enum { LUA_FILES_LARGEST = 1 << 20 };

/* The path and text of folder/name.lua, where dots in the name go down. STATUS_BAD_CONFIG when the
 * name has other letters, the file does not exist, or links lead it out of the folder. */
status_code lua_files_read(arena *a, const char *folder, const char *name, const char **path,
                           const char **text, failure *err);

/* A text file as the arena's, without a byte order mark and without the words of a first line that
 * begins with '#'; STATUS_BAD_CONFIG where it holds a zero byte. */
status_code lua_files_text(arena *a, const char *path, const char **text, failure *err);

#endif
