/* Which runs have the cells that --only, or a reference to a run, asks for? */
#ifndef FRONT_RUN_CHOICE_H
#define FRONT_RUN_CHOICE_H

#include "front/options.h"
#include "front/run_views.h"

/* Sets chosen[i] for the runs that have all cells of one of the `only` (plan/conditions.h), or for
 * all where none is given. A cell is a setting of a run, or what a table of a script shows of it,
 * such as a label. STATUS_BAD_CONFIG where a condition is met by no run, with a hint. */
status_code run_choice_only(arena *a, const run_views *views, const run_info *all, size_t count,
                            const option_list *only, bool *chosen, failure *err);

#endif
