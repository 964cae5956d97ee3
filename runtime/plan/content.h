/* The hashes of data files, which stand for them in identities. */
#ifndef PLAN_CONTENT_H
#define PLAN_CONTENT_H

#include "base/value.h"
#include "hifm/status.h"

/* A resolved section with the hashes of its files filled in, where it is a data set that has files;
 * outside the child that runs a script, as it may take longer than a script may. `name` is the
 * script's, for messages. HIFM_BAD_CONFIG where a .npy file is another than declared, HIFM_NO_INPUT
 * or HIFM_BAD_INPUT where a file cannot be read. */
hifm_status content_fill(arena *a, const char *name, const value **section, hifm_error *err);

#endif
