/* The result file that ends a job. */
#ifndef JOB_RESULT_H
#define JOB_RESULT_H

#include "job/job.h"

#include <time.h>

/* { job, id, status, message, numbers, history, provenance } written atomically to path; message
 * and history may be NULL. seconds: how long the work took, over all attempts. */
hifm_status result_write(const char *path, const char *kind, const char *id, const char *state,
                         const char *message, const value *numbers, const value *history,
                         double seconds, hifm_error *err);

/* Seconds on a clock that only goes forward. */
double result_clock(void);

#endif
