#include "plan/sandbox.h"

#include "base/files.h"
#include "base/follow.h"
#include "base/text.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child's message: a status, then the answer or the error's sentence. */
typedef struct header {
  long status; /* as wide as the length: no bytes between them that nobody sets */
  size_t length;
} header;

static void send_bytes(int fd, const void *bytes, size_t length) {
  if (files_write_all(fd, bytes, length) != 0) _exit(STATUS_IO_FAILED); /* the parent is gone */
}

/* Pages of address space in use: the first number of statm. */
static size_t bytes_in_use(void) {
  unsigned long pages = 0;
  FILE *statm = fopen("/proc/self/statm", "r");
  if (statm && fscanf(statm, "%lu", &pages) != 1) pages = 0;
  if (statm) fclose(statm);
  return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static struct rlimit lowered(struct rlimit now, rlim_t soft, rlim_t hard) {
  if (soft < now.rlim_cur) now.rlim_cur = soft;
  if (hard < now.rlim_max) now.rlim_max = hard;
  return now;
}

/* Seconds, for a script that waits and uses no CPU time; a busy machine gives it less than a whole
 * processor. */
static unsigned wall_seconds(unsigned cpu_seconds) {
  return 30 + 6 * cpu_seconds;
}

/* The second between the limits is for the signal to end the child; then it is killed. */
static void set_limits(unsigned cpu_seconds, size_t bytes) {
  struct rlimit cpu, core, space;
  const rlim_t used = bytes_in_use(), most = used + bytes;
  signal(SIGXCPU, SIG_DFL);
  signal(SIGPIPE, SIG_DFL);
  if (getrlimit(RLIMIT_CPU, &cpu) || getrlimit(RLIMIT_CORE, &core) || getrlimit(RLIMIT_AS, &space))
    return;
  cpu = lowered(cpu, cpu_seconds, cpu_seconds + 1);
  core = lowered(core, 0, 0);
  space = lowered(space, most, most);
  setrlimit(RLIMIT_CPU, &cpu);
  setrlimit(RLIMIT_CORE, &core);
  if (used) setrlimit(RLIMIT_AS, &space);
}

static _Noreturn void be_child(int fd, sandbox_work work, void *context) {
  failure err = {.status = STATUS_OK};
  const char *text = NULL;
  size_t length = 0;
  status_code status = work(context, &text, &length, &err);
  if (status != STATUS_OK) {
    text = err.message;
    length = strlen(err.message);
  }
  header head = {status, length};
  send_bytes(fd, &head, sizeof head);
  send_bytes(fd, text, length);
  _exit(0);
}

static void receive(int fd, text_buffer *all) {
  char piece[65536];
  for (;;) {
    ssize_t got = read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    text_add_bytes(all, piece, (size_t)got);
  }
}

static status_code explain_end(const char *name, int ending, unsigned cpu_seconds, size_t bytes,
                               failure *err) {
  int number = WIFSIGNALED(ending) ? WTERMSIG(ending) : 0;
  if (number == SIGALRM)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: the script took more than %u s", name,
                       wall_seconds(cpu_seconds));
  if (number == SIGXCPU)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: the script took more than %u s of CPU time; it should declare runs",
                       name, cpu_seconds);
  if (!number && WEXITSTATUS(ending) == STATUS_NO_RESOURCE)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: the script took more than %zu MB of memory",
                       name, bytes >> 20);
  return failure_set(err, STATUS_BAD_CONFIG, "%s: the process that read the script ended with %s",
                     name, number ? strsignal(number) : "an incomplete answer");
}

static status_code answer(arena *a, const text_buffer *all, const char **text, size_t *length,
                          failure *err) {
  header head;
  memcpy(&head, all->text, sizeof head);
  char *copy = arena_get(a, head.length + 1);
  memcpy(copy, all->text + sizeof head, head.length);
  if (head.status != STATUS_OK) return failure_set(err, (status_code)head.status, "%s", copy);
  *text = copy;
  *length = head.length;
  return STATUS_OK;
}

static bool is_whole(const text_buffer *all) {
  header head;
  if (all->length < sizeof head) return false;
  memcpy(&head, all->text, sizeof head);
  return all->length - sizeof head == head.length;
}

status_code sandbox_run(arena *a, const char *name, unsigned cpu_seconds, size_t bytes,
                        sandbox_work work, void *context, const char **text, size_t *length,
                        failure *err) {
  int ends[2], ending = 0;
  text_buffer all = {0};
  if (pipe(ends))
    return failure_set(err, STATUS_NO_RESOURCE, "cannot make a pipe: %s", strerror(errno));
  fflush(NULL);
  const pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    follow_parent(parent, wall_seconds(cpu_seconds));
    set_limits(cpu_seconds, bytes);
    be_child(ends[1], work, context);
  }
  const int fork_error = errno;
  close(ends[1]);
  if (child > 0) receive(ends[0], &all);
  close(ends[0]);
  if (child < 0)
    return failure_set(err, STATUS_NO_RESOURCE, "cannot start a process: %s", strerror(fork_error));
  pid_t ended;
  while ((ended = waitpid(child, &ending, 0)) < 0 && errno == EINTR) continue;
  status_code status;
  if (ended < 0)
    status = failure_set(err, STATUS_NO_RESOURCE, "cannot wait for a process: %s", strerror(errno));
  else if (is_whole(&all))
    status = answer(a, &all, text, length, err);
  else
    status = explain_end(name, ending, cpu_seconds, bytes, err);
  free(all.text);
  return status;
}
