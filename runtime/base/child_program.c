#include "base/child_program.h"

#include "base/follow.h"
#include "base/memory.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Files in memory in place of pipes: reading and writing need not alternate, and no path or name of
 * the user is ever in a script. */
enum { INPUT, OUTPUT, COMPLAINT, CHANNELS };

/* 0 or an errno. */
static int open_channels(int channels[CHANNELS], const char *input, size_t length) {
  for (int i = 0; i < CHANNELS; i++) channels[i] = -1;
  for (int i = 0; i < CHANNELS; i++) {
    channels[i] = memfd_create("channel", MFD_CLOEXEC);
    if (channels[i] < 0) return errno;
  }
  errno = ENOMEM; /* of a write that is short */
  const bool whole = length == 0 || write(channels[INPUT], input, length) == (ssize_t)length;
  return whole && lseek(channels[INPUT], 0, SEEK_SET) == 0 ? 0 : errno;
}

static char *read_channel(int channel, size_t *length) {
  struct stat about = {0};
  if (channel >= 0) fstat(channel, &about);
  char *bytes = memory_get((size_t)about.st_size + 1);
  const ssize_t got = channel < 0 ? 0 : pread(channel, bytes, (size_t)about.st_size, 0);
  *length = got > 0 ? (size_t)got : 0;
  bytes[*length] = 0;
  return bytes;
}

enum { NOT_STARTED = 127 };

/* *failed: shared with the parent. */
static _Noreturn void become(const char *const *arguments, const int channels[CHANNELS],
                             pid_t parent, unsigned seconds, int *failed) {
  follow_parent(parent, seconds);
  for (int i = 0; i < CHANNELS; i++)
    if (dup2(channels[i], i) < 0) _exit(1);
  execvp(arguments[0], (char *const *)(uintptr_t)arguments);
  *failed = errno;
  _exit(NOT_STARTED);
}

/* 0 or an errno; *ending is that of waitpid. */
static int run(const char *const *arguments, const int channels[CHANNELS], unsigned seconds,
               int *ending) {
  int *failed =
      mmap(NULL, sizeof *failed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (failed == MAP_FAILED) return errno;
  fflush(NULL);
  const pid_t parent = getpid(), child = fork();
  int code = child < 0 ? errno : 0;
  if (child == 0) become(arguments, channels, parent, seconds, failed);
  while (code == 0 && waitpid(child, ending, 0) < 0)
    if (errno != EINTR) code = errno;
  if (code == 0) code = *failed;
  munmap(failed, sizeof *failed);
  return code;
}

int child_program_run(const char *const *arguments, const char *input, size_t length,
                      unsigned seconds, child_output *out) {
  int channels[CHANNELS], ending = 0;
  size_t ignored;
  int code = open_channels(channels, input, length);
  if (code == 0) code = run(arguments, channels, seconds, &ending);
  *out = (child_output){.exit_code = WIFEXITED(ending) ? WEXITSTATUS(ending) : -1};
  out->too_slow = WIFSIGNALED(ending) && WTERMSIG(ending) == SIGALRM;
  out->text = read_channel(channels[OUTPUT], &out->length);
  out->complaint = read_channel(channels[COMPLAINT], &ignored);
  for (int i = 0; i < CHANNELS; i++)
    if (channels[i] >= 0) close(channels[i]);
  return code;
}

void child_program_close(child_output *out) {
  free(out->text);
  free(out->complaint);
}
