/* The cells of a row: tables show them, conditions.h chooses by them. */
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

/* Is this the wanted cell? Numbers are compared as numbers. */
bool cells_match(const char *cell, const char *wanted);

#endif
