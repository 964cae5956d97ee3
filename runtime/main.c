/* The command line of hifm. */
#include "front/commands.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* Started with standard output closed, the first file opened would get its number, and what is
 * printed would land in it. */
static void open_standard_descriptors(void) {
  int descriptor;
  do descriptor = open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor > STDERR_FILENO) close(descriptor);
}

/* What the parent ignored or blocked stays so: children could not be waited for, and nothing but
 * SIGKILL would end this program. A file that may not grow is an error like a full disk. */
static void set_signals(void) {
  const int awaited[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGALRM};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof awaited / sizeof *awaited; i++) sigaddset(&set, awaited[i]);
  signal(SIGCHLD, SIG_DFL);
  signal(SIGXFSZ, SIG_IGN);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int main(int argc, char **argv) {
  open_standard_descriptors();
  set_signals();
  return commands_main(argc, argv);
}
