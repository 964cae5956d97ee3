/* The columns that a table declares, found in runs.csv and in the paper's CSV. */
#ifndef REPORT_TABLE_SOURCES_H
#define REPORT_TABLE_SOURCES_H

#include "base/failure.h"
#include "report/table_parts.h"

/* Is this the path of a setting, which may or may not vary in a grid? */
bool table_is_setting(const char *column);

/* Digits after the point where none are asked for; negative: as it stands. */
int table_digits(const char *column);

/* Fills sources, sort and groups. */
status_code table_find_sources(table_parts *p, failure *err);

#endif
