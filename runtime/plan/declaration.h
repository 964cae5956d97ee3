/* Nodes of the tree that a script declares, before they are checked: names of plugins, merging.
 *
 * A plugin value is "name", { "name" } or { "name", key = ... }: a TEXT, a LIST of that text, or a
 * MAP with that LIST under "". */
#ifndef PLAN_DECLARATION_H
#define PLAN_DECLARATION_H

#include "base/value.h"

/* The plugin's name, or NULL where the node is not a plugin value. */
const char *declaration_name(const value *node);

/* The stage of a resolved flow's list with this name; NULL: it has none. */
const value *declaration_stage(const value *stages, const char *name);

/* The node as a MAP that may be built on: its positional entries under "". */
value *declaration_map(arena *a, const value *node);

/* `over` on top of `base` (either may be NULL). A table without a name merges key by key, into
 * every choice of a grid; a plugin value of the same name too; everything else replaces, and h.none
 * removes. */
const value *declaration_merge(arena *a, const value *base, const value *over);

/* A word for a cell of a table: the label of h.as, the scalar, the plugins' names joined by '+'; ""
 * for h.none and for a table without a name. */
const char *declaration_text(arena *a, const value *node);

/* The shortest text that reads back as the number. */
const char *declaration_number(arena *a, double number);

#endif
