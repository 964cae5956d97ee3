/* Paired differences: whose number is subtracted from a run's. */
#ifndef REPORT_TABLE_MINUS_H
#define REPORT_TABLE_MINUS_H

#include "report/table_parts.h"

/* minus: the conditions of a declaration; column: what `s` shows. Sets s->minus: for each run the
 * one of equal seed in the family that fits. */
hifm_status table_find_minus(table_parts *p, const char *column, const value *minus,
                             table_source *s, hifm_error *err);

#endif
