/* What people should know of train.keep_state before a grid starts. */
#ifndef FRONT_KEEP_STATE_H
#define FRONT_KEEP_STATE_H

#include "grid/graph.h"

#include <stdio.h>

/* Prints how many trainings are asked to keep their state, but will not: no longer training could
 * go on from them. Prints nothing where there are none. */
void keep_state_warn(const graph *g, FILE *out);

#endif
