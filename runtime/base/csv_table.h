/* CSV files (libcsv) as tables of text with a header. Untrusted input. */
#ifndef BASE_CSV_TABLE_H
#define BASE_CSV_TABLE_H

#include "base/failure.h"
#include "base/memory.h"

#include <stdio.h>

typedef struct csv_table {
  arena memory;
  size_t columns, count;
  const char **header; /* [columns] */
  const char ***cells; /* [count][columns], never NULL; empty text = missing */
} csv_table;

/* Reads the whole file. STATUS_NO_INPUT; STATUS_BAD_INPUT with the line for a NUL, a byte-order
 * mark, a row of another length than the header, a repeated header, a torn last row, a quote error,
 * a file of more than 1 GiB. */
status_code csv_table_read(csv_table *table, const char *path, failure *err);
/* The same for a file that a person or another program wrote: the byte-order mark and the newline
 * of the last row do not matter. */
status_code csv_table_read_any(csv_table *table, const char *path, failure *err);
/* Starts an empty table with this header, which is copied. */
void csv_table_begin(csv_table *table, const char *const *header, size_t columns);
/* Appends a row of `columns` cells, which are copied; NULL is written as empty. */
void csv_table_add(csv_table *table, const char *const *cells);
/* Atomically; cells are quoted only where they must be. */
status_code csv_table_write(const csv_table *table, const char *path, failure *err);
/* The same text to an open file, such as stdout, which the caller checks. */
void csv_table_print(const csv_table *table, FILE *to);
void csv_table_close(csv_table *table);

/* The column's index, or -1. */
int csv_table_column(const csv_table *table, const char *name);

#endif
