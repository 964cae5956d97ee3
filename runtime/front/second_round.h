/* Which jobs of a submission are worth one more try. */
#ifndef FRONT_SECOND_ROUND_H
#define FRONT_SECOND_ROUND_H

#include "front/ended_slices.h"
#include "front/session.h"

/* Jobs that crashed or were killed, and slices that were killed or lost with their node, are given
 * to Slurm once more, on other nodes where it has some. *submitted: the merge job follows them. A
 * refusal by Slurm is a line, not a failure. */
status_code second_round_submit(session *s, submission *of, const ended_slices *all,
                                bool *submitted, failure *err);

#endif
