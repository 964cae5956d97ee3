#include "host/child.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/follow.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The exit code of a child that has returned from its body: one that plugins do not end with. */
enum { RETURNED = 113 };
enum { SLICE = 50 }; /* ms between two looks at whether the child has ended */

void child_write(int fd, const char *text) {
  files_write_all(fd, text, strlen(text)); /* a failure: the parent is gone */
}

/* A crash must be visible to the parent: default handlers (also in place of a sanitizer's), no core
 * file. The child leads a process group, so that it is killed with what it has started, and it ends
 * with its parent. */
static void become_child(pid_t parent, unsigned seconds) {
  setpgid(0, 0);
  const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM, SIGTERM, SIGINT};
  for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) signal(deadly[i], SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  int nowhere = open("/dev/null", O_RDWR);
  if (nowhere >= 0) {
    dup2(nowhere, STDIN_FILENO);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    if (nowhere > STDERR_FILENO) close(nowhere);
  }
  follow_parent(parent, seconds);
}

static bool has_ended(pid_t child) {
  siginfo_t info = {0};
  return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid;
}

/* Reads until the pipe is closed and returns true. A process that the child has started may hold
 * the pipe open, and the child may block signals: then it reads until the child has ended or its
 * time is over, and returns false. */
static bool read_all(pid_t child, int fd, unsigned seconds, text_buffer *buffer) {
  const double deadline = clock_seconds() + seconds;
  char piece[4096];
  for (;;) {
    const bool ended = has_ended(child);
    if (!ended && clock_seconds() > deadline) return false;
    int ready = poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, ended ? 0 : SLICE);
    if (ready == 0 && ended) return false;
    if (ready <= 0) continue;
    ssize_t got = read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    text_add_bytes(buffer, piece, (size_t)got);
  }
}

static status_code verdict(int ending, bool killed, unsigned seconds, failure *err) {
  if (WIFEXITED(ending) && WEXITSTATUS(ending) == RETURNED) return STATUS_OK;
  if (WIFEXITED(ending))
    return failure_set(err, STATUS_BAD_CONFIG, "ended by itself with exit code %d",
                       WEXITSTATUS(ending));
  if (WTERMSIG(ending) == SIGALRM || (killed && WTERMSIG(ending) == SIGKILL))
    return failure_set(err, STATUS_BAD_CONFIG, "took longer than %u s", seconds);
  const char *word = sigabbrev_np(WTERMSIG(ending));
  return failure_set(err, STATUS_BAD_CONFIG, "crashed with SIG%s", word ? word : "?");
}

status_code child_run(void (*body)(void *context, int fd), void *context, unsigned seconds,
                      char **bytes, size_t *length, failure *err) {
  int ends[2], ending = 0;
  bool killed = false;
  text_buffer answer = {0};
  text_add_bytes(&answer, "", 0);
  *bytes = answer.text;
  *length = 0;
  fflush(NULL); /* else the child would print what is still buffered once more */
  if (pipe2(ends, O_CLOEXEC) != 0)
    return failure_set(err, STATUS_NO_RESOURCE, "cannot make a pipe: %s", strerror(errno));
  const pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    become_child(parent, seconds);
    body(context, ends[1]);
    _exit(RETURNED);
  }
  close(ends[1]);
  if (child > 0) {
    setpgid(child, child); /* in the parent or the child: the first one counts */
    killed = !read_all(child, ends[0], seconds, &answer) && kill(-child, SIGKILL) == 0;
  }
  close(ends[0]);
  *bytes = answer.text;
  *length = answer.length;
  if (child < 0) return failure_set(err, STATUS_NO_RESOURCE, "cannot fork: %s", strerror(errno));
  while (waitpid(child, &ending, 0) < 0)
    if (errno != EINTR)
      return failure_set(err, STATUS_NO_RESOURCE, "cannot wait for a child: %s", strerror(errno));
  return verdict(ending, killed, seconds, err);
}
