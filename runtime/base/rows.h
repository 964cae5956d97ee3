/* CSV files (libcsv) as tables of text with a header. Untrusted input. */
#ifndef BASE_ROWS_H
#define BASE_ROWS_H

#include "base/memory.h"
#include "hifm/status.h"

typedef struct rows {
  arena memory;
  size_t columns, count;
  const char **header; /* [columns] */
  const char ***cells; /* [count][columns], never NULL; empty text = missing */
} rows;

/* Reads the whole file. HIFM_NO_INPUT; HIFM_BAD_INPUT with the line for a NUL, a byte-order mark, a
 * row of another length than the header, a repeated header, a torn last row, a quote error, a
 * file of over 64 MB. */
hifm_status rows_read(rows *table, const char *path, hifm_error *err);
/* Starts an empty table with this header, which is copied. */
void rows_begin(rows *table, const char *const *header, size_t columns);
/* Appends a row of `columns` cells, which are copied; NULL is written as empty. */
void rows_add(rows *table, const char *const *cells);
/* Atomically; cells are quoted only where they must be. */
hifm_status rows_write(const rows *table, const char *path, hifm_error *err);
void rows_close(rows *table);

/* The column's index, or -1. */
int rows_column(const rows *table, const char *name);

#endif
