/* Rows of a grid whose flows have different names or settings, but are one path. */
#ifndef GRID_SAME_PATHS_H
#define GRID_SAME_PATHS_H

#include "grid/graph.h"
#include "hifm/plugin.h"

/* Appends lines to notes, a LIST of TEXT: a heading, and a line for each two flows that are one
 * path in rows that are equal in all else. The flows are looked at in a child process; one that
 * crashes there leaves no note. domain_of: of the points of a data set, NULL where it is not known.
 */
void same_paths_note(const graph *g,
                     const hifm_domain *(*domain_of)(void *context, const value *dataset),
                     void *context, arena *a, value *notes);

#endif
