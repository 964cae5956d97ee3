/* Which rows of a product remain, in which order, and that no two are equal. */
#ifndef PLAN_SELECTION_H
#define PLAN_SELECTION_H

#include "base/failure.h"
#include "plan/product.h"

/* Rows in the order of their seeds, otherwise as they are: the first full table appears early. */
void selection_sort(product *p);

/* Rows for which every h.where says true. Messages begin with file:line. */
status_code selection_where(product *p, script *lua, const value *rules, failure *err);

/* After h.where: STATUS_BAD_CONFIG where no row of an h.also is left. */
status_code selection_also(const product *p, const value *rules, failure *err);

/* STATUS_BAD_CONFIG where two rows are the same run, or look alike in every column. */
status_code selection_check(const product *p, failure *err);

#endif
