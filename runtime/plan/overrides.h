/* Putting a value at a path such as "flow.condition.c": --set and h.zip. */
#ifndef PLAN_OVERRIDES_H
#define PLAN_OVERRIDES_H

#include "base/failure.h"
#include "plan/schema.h"

/* Puts the item at the path, in every alternative of every grid that has such a setting; h.none
 * removes it. STATUS_BAD_CONFIG with "did you mean" where none has it. */
status_code overrides_path(schema *s, const value **sections, const char *path, const value *item,
                           failure *err);

/* The same for "key=value" of a command line: a number, true, false, none or a text. */
status_code overrides_text(schema *s, const value **sections, const char *text, failure *err);

#endif
