/* --only and --exclude: which rows of a product are asked for. */
#ifndef PLAN_ROW_CHOICE_H
#define PLAN_ROW_CHOICE_H

#include "base/failure.h"
#include "plan/plan.h"
#include "plan/product.h"

/* Rows that meet the conditions (conditions.h) of one --only, all rows where none is given, but for
 * those that meet the conditions of one --exclude. The others become product.unselected.
 * STATUS_BAD_CONFIG for a condition that no row meets and for a cell that no row has, with the
 * cells that there are.
 *
 * Conditions on the status of runs are left to outcome_choice.h. Where there are any, row.fits is
 * the LIST of options, first --only and then --exclude, whose other conditions the row meets; rows
 * stay that may be kept. */
status_code row_choice_apply(product *p, const plan_request *request, failure *err);

#endif
