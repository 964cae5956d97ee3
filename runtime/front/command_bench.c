/* hifm bench: the speed of this machine, and of hifm on it. */
#include "bench/bench.h"
#include "front/options.h"
#include "front/program.h"
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
  char name[] = "hifm", bench[] = "bench", before_file[] = "--weights";
  char *weights = given->weights ? arena_text(a, given->weights) : NULL;
  char *const arguments[] = {name, bench, weights ? before_file : NULL, weights, NULL};
  const char *program = program_path(a);
  execve(program, arguments, environment_of_workers(NULL, 0));
  return failure_set(err, STATUS_NO_RESOURCE, "%s: cannot start again: %s", program,
                     strerror(errno));
}

status_code command_bench(arena *a, const options *given, failure *err) {
  if (!environment_is_of_workers()) return start_again(a, given, err);
  progress_catch_signals();
  signal(SIGPIPE, SIG_IGN); /* a reader that leaves early is an error to report */
  return bench_run(&BENCH_PAPER, given->weights, stdout, err);
}
