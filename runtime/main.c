/* The command line of hifm. */
#include "front/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* OpenBLAS starts a thread per processor when it is loaded, before main, and under a limit on
 * memory ends the program there or never lets it end. Hence, before that, the process begins anew
 * in its own place with one thread asked for, unless the environment asks for a number. */
static void ask_for_one_thread(int argc, char **argv, char **environment) {
  static char one[] = "OPENBLAS_NUM_THREADS=1";
  size_t count = 0;
  (void)argc;
  for (; environment[count]; count++)
    if (strncmp(environment[count], one, sizeof one - 2) == 0) return;
  char *list[count + 2];
  memcpy(list, environment, count * sizeof *list);
  list[count] = one;
  list[count + 1] = NULL;
  execve("/proc/self/exe", argv, list);
}

/* What this section holds is called before the constructors of libraries. */
typedef void beginning(int, char **, char **);
__attribute__((section(".preinit_array"), used)) static beginning *const begin = ask_for_one_thread;

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
  prctl(PR_SET_NAME, program_invocation_short_name); /* not "exe", by which it began anew */
  open_standard_descriptors();
  set_signals();
  return commands_main(argc, argv);
}
