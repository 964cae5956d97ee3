/* Files that a data set's recipe brings in by a shell script of its own. */
#ifndef JOB_FETCH_H
#define JOB_FETCH_H

#include "hifm/status.h"

/* Runs `sh script folder`, the folder made absolute, to its end; what it prints goes to standard
 * error, the log. HIFM_NO_INPUT names its exit status or signal; HIFM_INTERRUPTED where the worker
 * was asked to stop: the signal goes to the whole process group, so to the script, too. */
hifm_status fetch_run(const char *script, const char *folder, hifm_error *err);

#endif
