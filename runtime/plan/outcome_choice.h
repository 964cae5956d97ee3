/* --only and --exclude with the status of runs: the last step of choosing rows, for those who know
 * the results. */
#ifndef PLAN_OUTCOME_CHOICE_H
#define PLAN_OUTCOME_CHOICE_H

#include "base/failure.h"
#include "job/run_status.h"
#include "plan/plan.h"

/* Does an option have a condition on the status? Rows of the plan then have the key "fits"
 * (row_choice.h). */
bool outcome_choice_asked(const value *plan);

/* *plan: the same without the rows that the options leave out, which become "unselected". statuses:
 * [rows]. STATUS_BAD_CONFIG where no row is left, with the statuses that there are. */
status_code outcome_choice_apply(arena *a, const plan_request *request, const run_status *statuses,
                                 const value **plan, failure *err);

#endif
