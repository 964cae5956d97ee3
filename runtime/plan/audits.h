/* Audits: further measurements of every row, as a script declares them:
 *
 *   audits = { all = { ["dataset.test"] = 10000 },
 *              tight = { ["dataset.test"] = 10000, ["measure.solver.rtol"] = 1e-5 } }
 *
 * An audit is the row's own dataset and measure section with these settings on top. They win over
 * --set; settings that the audit does not name follow the row, --set included. A row that lacks a
 * setting (the tolerance of a solver with fixed steps) is audited without it. */
#ifndef PLAN_AUDITS_H
#define PLAN_AUDITS_H

#include "plan/product.h"

/* Of rows with dataset.validation the best weights are chosen on validation points. This audit
 * measures their test points. It is the first one of a plan that has such rows. */
#define AUDITS_TEST "test"

/* The audits of a plan: those that the script declares, and AUDITS_TEST. STATUS_BAD_CONFIG where
 * the script has this name. */
status_code audits_list(const product *p, const value *declared, const value **out, failure *err);

/* Fills in the audits of every row, in the order of the map `declared`: name -> MAP path -> scalar.
 * STATUS_BAD_CONFIG where an audit sets what is not about measuring, where no row has one of its
 * settings, or where it gives a row the measurement that another row is there for. Messages begin
 * with a path, "audits.tight.measure.solver.rtl: ...". Audits measure test points. */
status_code audits_resolve(product *p, const value *declared, failure *err);

#endif
