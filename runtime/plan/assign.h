/* Putting a value at a path such as "flow.condition.c": --set and h.zip. */
#ifndef PLAN_ASSIGN_H
#define PLAN_ASSIGN_H

#include "plan/schema.h"

/* *sections with the item at path in every alternative of every grid that has such a setting;
 * h.none takes it out. HIFM_BAD_CONFIG with "did you mean" where none has it. */
hifm_status assign_path(schema *s, const value **sections, const char *path, const value *item,
                        hifm_error *err);

/* The same for "key=value" of a command line: a number, true, false, none or a text. */
hifm_status assign_text(schema *s, const value **sections, const char *assignment, hifm_error *err);

#endif
