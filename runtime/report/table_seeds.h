/* What a reader of means over seeds has to know. */
#ifndef REPORT_TABLE_SEEDS_H
#define REPORT_TABLE_SEEDS_H

#include "report/table_parts.h"

/* Adds to p->notes what +- is, where there is one, and that rows average different seeds, where
 * they do. csv: as table_fill made it. */
void table_note_seeds(table_parts *p, const csv_table *csv);

#endif
