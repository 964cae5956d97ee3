/* Folders. In those that only hifm writes into no symbolic link is followed, and what a killed
 * process has left is removed. */
#ifndef BASE_FOLDERS_H
#define BASE_FOLDERS_H

#include "base/failure.h"
#include "base/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As files_make_folder, but the last `own` parts of path may not be symbolic links. Of
 * results/runs/NAME the last two parts are hifm's own: results may be a link.
 * STATUS_CANNOT_CREATE names the link. */
status_code folders_make(const char *path, size_t own, failure *err);

/* Is none of the last `own` parts a symbolic link? STATUS_CANNOT_CREATE as above. */
status_code folders_check(const char *path, size_t own, failure *err);

/* Removes the temporary files (base/files.c) of files whose names begin with `prefix`. Those that
 * cannot be removed now are left for the next call. */
void folders_clean(const char *path, const char *prefix);

/* Removes what killed processes of this user left in `place`: folders of files_make_temporary that
 * no process uses. */
void folders_clean_temporaries(const char *place, const char *name);

/* Is it a temporary file's name, <anything>.<process>-<number>.tmp? */
bool folders_is_temporary(const char *name);

/* The names in a folder, as a sorted LIST of TEXTs. A folder that is not there has none; another
 * failure is an error: what was not read may be there. STATUS_NO_INPUT where path is not a folder.
 */
status_code folders_list(arena *a, const char *path, const value **names, failure *err);

/* Free bytes of the file system that holds path (or its nearest existing parent); 0 when unknown.
 */
uint64_t folders_free_bytes(const char *path);

#endif
