/* Further measurements of a grid's runs on the weights that were kept, as a script declares them:
 *
 *   audits = { all = { ["dataset.test"] = 10000 },
 *              tight = { ["dataset.test"] = 10000, ["measure.solver.rtol"] = 1e-5 } }
 *
 * Each is the grid again with these settings on top, as by --set; a --set of the command line has
 * the last word. */
#ifndef FRONT_AUDITS_H
#define FRONT_AUDITS_H

#include "base/failure.h"
#include "grid/graph.h"
#include "plan/plan.h"

/* The audits of `plan`, which `request` gave: *list [*count], *names alike, in the arena. Messages
 * begin with "audits.<name>". */
status_code audits_load(arena *a, const plan_request *request, const value *catalogue,
                        const value *plan, graph_audit **list, const char *const **names,
                        size_t *count, failure *err);

#endif
