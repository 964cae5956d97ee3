/* What must hold between the sections of a run, as far as the settings and the plugins' catalogue
 * entries say it: found here, it costs no job. */
#ifndef PLAN_FIT_H
#define PLAN_FIT_H

#include "plan/product.h"

/* STATUS_BAD_CONFIG for a row
 *   whose batch is larger than its training points,
 *   with validation points of a file whose rows are all for training,
 *   whose learning rate has a warm-up as long as the training, or an end that its schedule does not
 *   reach,
 *   that measures raw weights where there are no averaged ones,
 *   whose scheme needs v_z of a network that does not give it,
 *   with an energy that its points do not have (pairs of plain points; particles, whose centre of
 *   mass is removed, in an energy that is not invariant under translations),
 *   with Hessians at points that change at every draw.
 * Messages begin with a setting's path. */
status_code fit_check(const product *p, failure *err);

/* Do a training, its data and a way to measure it, of a row or of an audit, fit together? Samples
 * (measure.samples) need the energy of the data; raw weights (measure.weights) those of a moving
 * average beside them. */
status_code fit_check_measure(const part *train, const part *data, const part *measure,
                              failure *err);

#endif
