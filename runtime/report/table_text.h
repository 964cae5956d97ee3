/* A table's CSV as text for people: rounded numbers, marks, gaps, notes. */
#ifndef REPORT_TABLE_TEXT_H
#define REPORT_TABLE_TEXT_H

#include "base/rows.h"
#include "base/text.h"
#include "base/value.h"

#define TABLE_SD       " sd"
#define TABLE_COUNT    " n"
#define TABLE_RUNS     "runs"
#define TABLE_MISSING  "missing"
#define TABLE_DIVERGED "diverged"

/* Is this column of a declaration one of the paper's, such as "paper.nll"? */
bool table_is_paper(const char *column);

/* csv: as table_write makes it for this declaration. */
void table_text(text_buffer *out, const rows *csv, const char *name, const value *declaration,
                bool markdown);

#endif
