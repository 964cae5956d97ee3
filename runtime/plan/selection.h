/* Which rows of a product remain, in which order, and that no two are equal. */
#ifndef PLAN_SELECTION_H
#define PLAN_SELECTION_H

#include "base/failure.h"
#include "plan/product.h"

/* Rows in the order of their seeds, otherwise as they are: the first full table appears early. */
void selection_sort(product *p);

/* Rows for which every h.where says true. Messages begin with file:line. */
status_code selection_where(product *p, script *lua, const value *rules, failure *err);

/* Rows with the cells that one --only asks for, all rows where none is given; each must fit some
 * row. The others become product.unselected. */
status_code selection_only(product *p, const char *const *only, size_t count, failure *err);

/* STATUS_BAD_CONFIG where two rows are the same run, or look alike in every column. */
status_code selection_check(const product *p, failure *err);

#endif
