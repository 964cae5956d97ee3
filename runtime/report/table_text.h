/* A table as text for people: rounded numbers, marks, gaps, notes. */
#ifndef REPORT_TABLE_TEXT_H
#define REPORT_TABLE_TEXT_H

#include "base/text.h"
#include "report/table_parts.h"

typedef enum table_style { TABLE_SCREEN, TABLE_MARKDOWN, TABLE_LATEX } table_style;

/* csv: as table_fill made it. */
void table_text(text_buffer *out, const table_parts *p, const csv_table *csv, table_style style);

#endif
