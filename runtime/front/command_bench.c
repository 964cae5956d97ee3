/* hifm bench: how fast this machine is, and hifm on it. */
#include "bench/bench.h"
#include "front/command.h"
#include "grid/jobs.h"
#include "job/progress.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* jobs_environment writes the number of the process that starts workers, and exec keeps it: found
 * in the environment of this very process, it says that the environment is a worker's already. */
static bool is_prepared(void) {
  const char *scheduler = getenv("HIFM_SCHEDULER_PID");
  return scheduler && strtol(scheduler, NULL, 10) == (long)getpid();
}

/* OpenBLAS reads its environment when it is loaded, before main: what runs get must be there from
 * the start. The process begins anew in its own place, so that signals, exit code and standard
 * output need nobody between. */
static status_code begin_anew(arena *a, const options *given, failure *err) {
  char name[] = "hifm", command[] = "bench", option[] = "--weights";
  char *weights = given->weights ? arena_text(a, given->weights) : NULL;
  char *const arguments[] = {name, command, weights ? option : NULL, weights, NULL};
  const char *program = command_program(a);
  execve(program, arguments, jobs_environment(NULL));
  return failure_set(err, STATUS_NO_RESOURCE, "%s: cannot be started again: %s", program,
                     strerror(errno));
}

status_code command_bench(arena *a, const options *given, failure *err) {
  if (given->word_count)
    return failure_set(err, STATUS_USAGE, "hifm bench takes no words, only --weights FILE");
  if (!is_prepared()) return begin_anew(a, given, err);
  progress_catch_signals();
  signal(SIGPIPE, SIG_IGN); /* a reader that has seen enough ends it in order */
  return bench_run(&BENCH_PAPER, given->weights, stdout, err);
}
