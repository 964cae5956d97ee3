/* The cells of a table's CSV. */
#ifndef REPORT_TABLE_CELLS_H
#define REPORT_TABLE_CELLS_H

#include "report/table_parts.h"

/* Begins `csv` and fills it, rows in the declared order; sets `at` of the sources and p->order. */
hifm_status table_fill(table_parts *p, rows *csv, hifm_error *err);

#endif
