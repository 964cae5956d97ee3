/* The cells of a table's CSV. */
#ifndef REPORT_TABLE_CELLS_H
#define REPORT_TABLE_CELLS_H

#include "base/failure.h"
#include "report/table_parts.h"

/* Begins `csv` and fills it, rows in the declared order; sets `at` of the sources and p->order. */
status_code table_fill(table_parts *p, csv_table *csv, failure *err);

#endif
