/* What a reader of minima over epochs has to know. */
#ifndef REPORT_TABLE_EPOCHS_H
#define REPORT_TABLE_EPOCHS_H

#include "report/table_parts.h"

/* Adds to p->notes that minima are over different numbers of epochs, where a column shows one and
 * some runs were measured more than twice as often as others. */
void table_note_epochs(table_parts *p);

#endif
