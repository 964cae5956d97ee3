/* The grids of a declared section as axes: its choices one after another, and their columns. */
#ifndef PLAN_AXES_H
#define PLAN_AXES_H

#include "base/failure.h"
#include "base/value.h"

/* A section with its grids decided. */
typedef struct choice {
  const value *node;  /* declared, without grids, labels or h.none; NULL: nothing is left */
  const value *cells; /* MAP column -> TEXT of the axes met on the way; NULL: none */
} choice;

typedef struct choices {
  choice *items;
  size_t count, room;
} choices;

/* How many choices a node has: a grid's are added, those of neighbours multiplied. */
double axes_size(const value *node);

/* Appends "path n" to list (LIST of TEXT) for each grid in the node. */
void axes_list(arena *a, const char *path, const value *node, value *list);

/* Expands the section `path`; in a table keys vary in alphabetical order, in a list entries in
 * theirs, the last fastest. Adds a column for each axis to columns (LIST of TEXT):
 *
 *   a grid of whole values     column `path`: the label, the scalar or the plugins' names
 *   a grid of list entries     a column `path.name` for each plugin among the entries: yes or no,
 *                              or its label
 *
 * A grid of one choice makes no column unless it is labelled. STATUS_BAD_CONFIG where two choices
 * of a grid have the same text in their column. */
status_code axes_expand(arena *a, const char *path, const value *node, value *columns, choices *out,
                        failure *err);

/* Appends a column, once. */
void axes_add_column(arena *a, value *columns, const char *name);

#endif
