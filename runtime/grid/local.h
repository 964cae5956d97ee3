/* The executor of this machine: each job has its own worker process. */
#ifndef GRID_LOCAL_H
#define GRID_LOCAL_H

#include "grid/executor.h"

typedef struct local_options {
  const char *program;    /* this program: started as `program worker <job file>` */
  const char *executable; /* the file that is executed under that name; NULL: program */
  const char *plugins;    /* the only folder where workers look for plugins; NULL: as usual */
  size_t slots;           /* workers at a time, at least 1 */
} local_options;

/* Until the executor is closed, SIGINT, SIGTERM, SIGUSR1 and SIGHUP (unless it was ignored) are
 * events, and SIGPIPE is ignored. SIGTSTP stops the workers, then this process; they continue with
 * it, and its clock does not count that time. Workers lead process groups of their own: a Ctrl-C in
 * the terminal reaches hifm alone, and killing a worker kills what it started. STATUS_NO_RESOURCE.
 */
status_code local_open(const local_options *options, executor *out, failure *err);

#endif
