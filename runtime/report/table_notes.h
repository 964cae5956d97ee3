/* The notes that a table declares, with numbers of runs.csv in them. */
#ifndef REPORT_TABLE_NOTES_H
#define REPORT_TABLE_NOTES_H

#include "base/failure.h"
#include "report/table_parts.h"

/* Adds the declared notes to p->notes, each {column} or {column:digits} replaced. */
status_code table_find_notes(table_parts *p, failure *err);

#endif
