/* What must hold between the sections of a run, as far as the settings and the plugins' catalogue
 * entries say it: found here, it costs no job. */
#ifndef PLAN_FIT_H
#define PLAN_FIT_H

#include "plan/product.h"

/* STATUS_BAD_CONFIG for a row
 *   whose batch is larger than its training points,
 *   whose scheme needs v_z of a network that does not give it,
 *   with an energy that its points do not have (pairs of plain points; particles, whose centre of
 *   mass is removed, in an energy that is not invariant under translations),
 *   with Hessians at points that change at every draw.
 * Messages begin with a setting's path. */
status_code fit_check(const product *p, failure *err);

/* STATUS_BAD_CONFIG where a measurement has samples (measure.samples), but the energy of the data
 * set is not known. Both are resolved sections. */
status_code fit_check_samples(const value *data, const value *measure, failure *err);

#endif
