/* An experiment with its rules (h.zip, h.also) and --set applied: a list of declarations without
 * rules. */
#ifndef PLAN_RULES_H
#define PLAN_RULES_H

#include "base/failure.h"
#include "plan/experiment.h"

/* *list: a LIST of MAPs of sections, to be expanded one after another: the experiment once for each
 * position of its h.zip, then one for each h.also. *columns: a LIST of the paths that zip and also
 * vary. Messages begin with a path. */
status_code rules_apply(const experiment *e, const value **list, value *columns, failure *err);

#endif
