/* hifm bench: how fast this machine is, and hifm on it. */
#include "bench/bench.h"
#include "front/command.h"
#include "grid/environment.h"
#include "job/progress.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* The benchmark needs the environment of workers from the start of the process (see
 * grid/environment.h). exec replaces the process, so that signals, exit code and standard output
 * pass through nothing in between. */
static status_code start_again(arena *a, const options *given, failure *err) {
  char name[] = "hifm", command[] = "bench", option[] = "--weights";
  char *weights = given->weights ? arena_text(a, given->weights) : NULL;
  char *const arguments[] = {name, command, weights ? option : NULL, weights, NULL};
  const char *program = command_program(a);
  execve(program, arguments, environment_of_workers(NULL, 0));
  return failure_set(err, STATUS_NO_RESOURCE, "%s: cannot be started again: %s", program,
                     strerror(errno));
}

status_code command_bench(arena *a, const options *given, failure *err) {
  if (given->word_count)
    return failure_set(err, STATUS_USAGE, "hifm bench takes no words, only --weights FILE");
  if (!environment_is_of_workers()) return start_again(a, given, err);
  progress_catch_signals();
  signal(SIGPIPE, SIG_IGN); /* a reader that has seen enough ends it in order */
  return bench_run(&bench_paper, given->weights, stdout, err);
}
