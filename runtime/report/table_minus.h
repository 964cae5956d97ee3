/* Paired differences: whose number is subtracted from a run's. */
#ifndef REPORT_TABLE_MINUS_H
#define REPORT_TABLE_MINUS_H

#include "base/failure.h"
#include "report/table_parts.h"

/* minus: the conditions of a declaration; column: what `s` shows. Sets s->minus: for each run the
 * one of equal seed in the family that fits. */
status_code table_find_minus(table_parts *p, const char *column, const value *minus,
                             table_source *s, failure *err);

#endif
