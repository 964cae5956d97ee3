/* hifm run --executor slurm --wait */
#ifndef FRONT_SUBMISSION_WAIT_H
#define FRONT_SUBMISSION_WAIT_H

#include "front/session.h"
#include "grid/schedule.h"
#include "grid/submission.h"

/* Follows the files of the submission until it is over; Slurm is asked now and then. The states of
 * the session's jobs and the summary are then as schedule_run leaves them. SIGINT, SIGTERM and
 * SIGHUP end the waiting alone: STATUS_INTERRUPTED. */
status_code submission_wait(session *s, const submission *of, schedule_summary *summary,
                            failure *err);

#endif
