/* The cells of a row: tables show them, --only chooses by them. */
#ifndef PLAN_CELLS_H
#define PLAN_CELLS_H

#include "base/failure.h"
#include "base/value.h"

/* The text at a column's path in a resolved run: a scalar, a plugin's name, for the flow its
 * stages' names, for a stage "yes", for a file its name without folders; "" where the run has no
 * such path. */
const char *cells_text(arena *a, const value *config, const char *column);

/* The same where the path is of a file: the names of files without folders, and the first digits of
 * their contents, which file_hashes_fill has filled in: "points.npy (1f0c2ab4)". The text does not
 * depend on where the files are. NULL where the path is not of a file. */
const char *cells_files(arena *a, const value *config, const char *column);

/* Columns in the order of their sections, otherwise as they are. */
value *cells_sort(arena *a, const value *columns);

/* One condition of --only: a column (or another path of the runs) and the cell it must have. */
typedef struct condition {
  const char *column, *cell;
} condition;

typedef struct conditions {
  condition *items;
  size_t count;
} conditions;

/* "flow.hyperbolize=yes,seed=0"; STATUS_BAD_CONFIG where it is not such a list. */
status_code cells_parse(arena *a, const char *only, conditions *out, failure *err);

/* The hint for a condition that no row meets: "; flow is one of OT, wells", from the cells that the
 * rows have, and "did you mean". */
const char *cells_hint(arena *a, const condition *wanted, const char *const *cells, size_t count);

/* Is this the wanted cell? Numbers are compared as numbers. */
bool cells_match(const char *cell, const char *wanted);

#endif
