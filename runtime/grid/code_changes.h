/* Results that are used again although a plugin has changed since: its revision, which identities
 * have, is the same, but its file or the defaults of its settings are not. */
#ifndef GRID_CODE_CHANGES_H
#define GRID_CODE_CHANGES_H

#include "base/key_map.h"
#include "grid/graph.h"

#include <stdio.h>

typedef struct code_changes {
  arena *memory;
  value *now;   /* MAP "energy/x" -> its hashes, as in a result */
  value *found; /* MAP "energy/x" -> TEXT, what has changed */
  key_map seen; /* texts of files that name plugins: most results name the same ones */
} code_changes;

void code_changes_begin(code_changes *c, arena *a, const value *catalogue);

/* Compares what made this result (job/result.h) with the catalogue. Results of earlier versions of
 * hifm do not say it, and count as unchanged. */
void code_changes_look(code_changes *c, const value *made);

/* Looks at all results that a graph uses: of rows, and of data sets and eigendecompositions. */
void code_changes_look_at_graph(code_changes *c, const graph *g);

/* A line for each plugin that has changed. */
void code_changes_print(const code_changes *c, FILE *out);

#endif
