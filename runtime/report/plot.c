#include "report/plot.h"

#include "base/follow.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Files in memory in place of pipes: reading and writing need not alternate, and no path or name of
 * the user is ever in a script. */
enum { SCRIPT, OUTPUT, COMPLAINT, CHANNELS };

static bool open_channels(int channels[CHANNELS], const char *script, size_t length) {
  bool all = true;
  for (int i = 0; i < CHANNELS; i++) {
    channels[i] = memfd_create("gnuplot", MFD_CLOEXEC);
    all &= channels[i] >= 0;
  }
  return all && write(channels[SCRIPT], script, length) == (ssize_t)length &&
         lseek(channels[SCRIPT], 0, SEEK_SET) == 0;
}

static char *read_channel(int channel, size_t *length) {
  struct stat about = {0};
  fstat(channel, &about);
  char *bytes = memory_get((size_t)about.st_size + 1);
  ssize_t got = pread(channel, bytes, (size_t)about.st_size, 0);
  *length = got > 0 ? (size_t)got : 0;
  bytes[*length] = 0;
  return bytes;
}

enum { NOT_INSTALLED = 127, MOST_SECONDS = 120 };

static _Noreturn void become_gnuplot(const int channels[CHANNELS], pid_t parent) {
  follow_parent(parent, MOST_SECONDS);
  for (int i = 0; i < CHANNELS; i++)
    if (dup2(channels[i], i) < 0) _exit(1);
  execlp("gnuplot", "gnuplot", "-d", (char *)NULL); /* -d: no file of the user's */
  const int code = errno;
  if (code != ENOENT) dprintf(STDERR_FILENO, "cannot start it: %s", strerror(code));
  _exit(code == ENOENT ? NOT_INSTALLED : 1);
}

/* 0 or an errno; *status is that of waitpid. */
static int run_child(const int channels[CHANNELS], int *status) {
  fflush(NULL);
  const pid_t parent = getpid(), child = fork();
  if (child == 0) become_gnuplot(channels, parent);
  if (child < 0) return errno;
  while (waitpid(child, status, 0) < 0)
    if (errno != EINTR) return errno;
  return WIFEXITED(*status) && WEXITSTATUS(*status) == NOT_INSTALLED ? ENOENT : 0;
}

static status_code fail(const int channels[CHANNELS], int status, failure *err) {
  size_t length;
  char *words = read_channel(channels[COMPLAINT], &length);
  for (char *c = words; *c; c++)
    if (*c == '\n') *c = ' ';
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    failure_set(err, STATUS_CANNOT_CREATE, "gnuplot took longer than %d s", MOST_SECONDS);
  else
    failure_set(err, STATUS_CANNOT_CREATE, "gnuplot failed: %.400s", words);
  free(words);
  return STATUS_CANNOT_CREATE;
}

status_code plot_run(const char *script, size_t length, char **output, size_t *output_length,
                     failure *err) {
  int channels[CHANNELS], status = 0, code = 0;
  status_code result = STATUS_OK;
  *output = NULL;
  if (!open_channels(channels, script, length))
    result = failure_set(err, STATUS_NO_RESOURCE, "no memory for gnuplot: %s", strerror(errno));
  else if ((code = run_child(channels, &status)) == ENOENT)
    failure_set(err, STATUS_OK, "gnuplot is not installed (Debian: apt install gnuplot-nox)");
  else if (code != 0)
    result = failure_set(err, STATUS_NO_RESOURCE, "cannot start gnuplot: %s", strerror(code));
  else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    result = fail(channels, status, err);
  else
    *output = read_channel(channels[OUTPUT], output_length);
  for (int i = 0; i < CHANNELS; i++)
    if (channels[i] >= 0) close(channels[i]);
  return result;
}
