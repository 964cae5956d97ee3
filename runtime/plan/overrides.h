/* Putting a value at a path such as "flow.condition.c": --set and h.zip. */
#ifndef PLAN_OVERRIDES_H
#define PLAN_OVERRIDES_H

#include "base/failure.h"
#include "plan/schema.h"

/* What was at the places of a path. */
typedef struct overrides_found {
  bool real; /* somewhere the setting is a real number */
  bool grid; /* somewhere a grid of several values was replaced */
} overrides_found;

/* Puts the item at the path, in every alternative of every grid that has such a setting; h.none
 * removes it. found: may be NULL. STATUS_BAD_CONFIG with "did you mean" where none has it. */
status_code overrides_path(schema *s, const value **sections, const char *path, const value *item,
                           overrides_found *found, failure *err);

#endif
