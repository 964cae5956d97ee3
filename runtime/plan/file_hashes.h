/* The hashes of data files: an identity has them in place of the files. */
#ifndef PLAN_FILE_HASHES_H
#define PLAN_FILE_HASHES_H

#include "base/failure.h"
#include "base/value.h"

/* Fills in the hashes of the files that a resolved section names. This is done outside of the child
 * that runs a script, because it may take longer than a script may. `name` is the script's, for
 * messages. STATUS_BAD_CONFIG where a .npy file has another hash than declared,
 * STATUS_NO_INPUT or STATUS_BAD_INPUT where a file cannot be read. */
status_code file_hashes_fill(arena *a, const char *name, const value **section, failure *err);

#endif
