#include "job/fetch_script.h"

#include "job/progress.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_STARTED = 127 };

static void end_group(int number) {
  (void)number;
  kill(0, SIGKILL);
}

/* The worker of a scheduler leads a process group, and where the scheduler is killed the kernel
 * ends the worker alone. Until its end it takes the group along instead: what the script has
 * started would go on writing into the folder. */
static void take_along(void) {
  int number = 0;
  if (prctl(PR_GET_PDEATHSIG, &number) != 0 || number == 0) return;
  signal(SIGUSR1, end_group);
  prctl(PR_SET_PDEATHSIG, SIGUSR1);
}

/* The script knows nothing of the pipe to the scheduler, which it could hold open, and ends with
 * its worker. */
static void become_script(pid_t worker, const char *script, const char *folder) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != worker) _exit(NOT_STARTED);
  signal(SIGPIPE, SIG_DFL);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  closefrom(STDERR_FILENO + 1);
  execlp("sh", "sh", script, folder, (char *)NULL);
  _exit(NOT_STARTED);
}

static status_code verdict(const char *script, int ending, failure *err) {
  if (WIFEXITED(ending) && WEXITSTATUS(ending) == 0) return STATUS_OK;
  if (progress_stop_asked()) return failure_set(err, STATUS_INTERRUPTED, "stopped by a signal");
  if (WIFEXITED(ending))
    return failure_set(err, STATUS_NO_INPUT,
                       "%s: ended with exit status %d; the log has what it said", script,
                       WEXITSTATUS(ending));
  return failure_set(err, STATUS_NO_INPUT, "%s: ended by signal %d; the log has what it said",
                     script, WTERMSIG(ending));
}

status_code fetch_script_run(const char *script, const char *folder, failure *err) {
  char place[PATH_MAX];
  int ending = 0;
  if (!realpath(folder, place))
    return failure_set(err, STATUS_NO_INPUT, "%s: %s", folder, strerror(errno));
  take_along();
  const pid_t worker = getpid(), child = fork();
  if (child == 0) become_script(worker, script, place);
  if (child < 0) return failure_set(err, STATUS_NO_RESOURCE, "cannot fork: %s", strerror(errno));
  while (waitpid(child, &ending, 0) < 0)
    if (errno != EINTR)
      return failure_set(err, STATUS_NO_RESOURCE, "cannot wait for %s: %s", script,
                         strerror(errno));
  return verdict(script, ending, err);
}
