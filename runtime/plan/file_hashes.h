/* The hashes of data files, which stand for them in identities. */
#ifndef PLAN_FILE_HASHES_H
#define PLAN_FILE_HASHES_H

#include "base/failure.h"
#include "base/value.h"

/* A resolved section with the hashes of its files filled in, where it is a data set that has files;
 * outside the child that runs a script, as it may take longer than a script may. `name` is the
 * script's, for messages. STATUS_BAD_CONFIG where a .npy file is another than declared,
 * STATUS_NO_INPUT or STATUS_BAD_INPUT where a file cannot be read. */
status_code file_hashes_fill(arena *a, const char *name, const value **section, failure *err);

#endif
