/* Does the order of a table's rows hold from seed to seed, and is it the paper's? */
#ifndef REPORT_TABLE_RANKS_H
#define REPORT_TABLE_RANKS_H

#include "base/failure.h"
#include "report/table_parts.h"

/* Fills p->ranks and adds to p->notes where the declaration has `ranks`. */
status_code table_find_ranks(table_parts *p, failure *err);

#endif
