#include "job/fetch_script.h"

#include "base/follow.h"
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

/* The worker of a scheduler leads a process group, but where the scheduler is killed the kernel
 * ends the worker alone. From here on the worker then ends the whole group: processes of the script
 * would go on writing into the folder. */
static void end_group_with_scheduler(void) {
  int number = 0;
  if (prctl(PR_GET_PDEATHSIG, &number) != 0 || number == 0) return;
  signal(SIGUSR1, end_group);
  prctl(PR_SET_PDEATHSIG, SIGUSR1);
}

/* The script must not hold the pipe to the scheduler open, and ends with its worker. */
static void become_script(pid_t worker, const char *script, const char *folder) {
  follow_parent(worker, 0); /* a download takes as long as it takes */
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
                       "%s: the script ended with exit status %d. Its output is in the log", script,
                       WEXITSTATUS(ending));
  return failure_set(err, STATUS_NO_INPUT,
                     "%s: the script ended by signal %d. Its output is in the log", script,
                     WTERMSIG(ending));
}

status_code fetch_script_run(const char *script, const char *folder, failure *err) {
  char absolute[PATH_MAX];
  int ending = 0;
  if (!realpath(folder, absolute))
    return failure_set(err, STATUS_NO_INPUT, "%s: %s", folder, strerror(errno));
  end_group_with_scheduler();
  const pid_t worker = getpid(), child = fork();
  if (child == 0) become_script(worker, script, absolute);
  if (child < 0) return failure_set(err, STATUS_NO_RESOURCE, "cannot fork: %s", strerror(errno));
  while (waitpid(child, &ending, 0) < 0)
    if (errno != EINTR)
      return failure_set(err, STATUS_NO_RESOURCE, "cannot wait for %s: %s", script,
                         strerror(errno));
  return verdict(script, ending, err);
}
