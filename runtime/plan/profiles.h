/* The profiles of a script, and which keys its tables may have. */
#ifndef PLAN_PROFILES_H
#define PLAN_PROFILES_H

#include "base/failure.h"
#include "plan/schema.h"

/* The script's keys beside the sections; a profile may have the first two. */
enum { OTHER_KEYS = 7, PROFILE_KEYS = 2 };
extern const char *const OTHER_KEY_NAMES[OTHER_KEYS];

/* STATUS_BAD_CONFIG unless every key of the table is a section or one of the first `others` other
 * keys. where: its path, "" for the experiment itself. */
status_code profiles_check_keys(arena *a, const value *map, const char *where, size_t others,
                                failure *err);

/* What a table declares, with another one merged over it key by key. */
const value *profiles_merge(arena *a, const value *base, const value *over);

/* *sections: the script's keys, with the profiles of these names merged over them in their order.
 * All profiles are checked, also those that are not asked for. */
status_code profiles_apply(schema *s, const char *const *names, size_t count,
                           const value **sections, failure *err);

#endif
