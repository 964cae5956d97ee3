/* An experiment with its profile, its rules (h.zip, h.also) and --set applied: a list of
 * declarations without rules. */
#ifndef PLAN_RULES_H
#define PLAN_RULES_H

#include "base/failure.h"
#include "plan/experiment.h"

/* Keys beside the sections; a profile may have the first two. */
enum { OTHER_KEYS = 5, PROFILE_KEYS = 2 };
extern const char *const RULES_OTHER_KEYS[OTHER_KEYS];

/* *list: a LIST of MAPs of sections, to be expanded one after another: the experiment once for each
 * position of its h.zip, then one for each h.also. *columns: a LIST of the paths that zip and also
 * vary. Messages begin with a path. */
status_code rules_apply(const experiment *e, const value **list, value *columns, failure *err);

#endif
