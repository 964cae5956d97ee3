/* hifm run --retrain: successors of finished runs (grid/successor.h) of a whole grid. */
#ifndef FRONT_RETRAIN_H
#define FRONT_RETRAIN_H

#include "front/session.h"

/* Which rows are trained again? Those of an interrupted call where there is one, else all. */
status_code retrain_mode(arena *a, const session *s, graph_mode *mode, failure *err);

/* How many results will be replaced, or that an earlier call was interrupted. */
void retrain_announce(const session *s);

/* Before the first job, under the lock: ends what a killed call has begun, and makes the folders of
 * the successors. */
status_code retrain_begin(const session *s, failure *err);

/* After the last job: every successor that is complete takes its place. log: may be NULL. */
status_code retrain_end(const session *s, FILE *log, failure *err);

#endif
