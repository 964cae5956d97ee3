/* The command line of hifm. */
#include "base/self.h"
#include "front/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* OpenBLAS starts a thread per processor when it is loaded, before main; under a limit on memory it
 * ends the program there, or hangs. So the process replaces itself (exec) before that, with one
 * thread in the environment, unless the environment has a number already. */
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
  if (self_is_exe()) execve("/proc/self/exe", argv, list);
}

/* The functions of this section run before the constructors of libraries. */
typedef void beginning(int, char **, char **);
__attribute__((section(".preinit_array"), used)) static beginning *const BEGIN = ask_for_one_thread;

/* If a standard descriptor is closed, the first file that is opened would get its number, and what
 * is printed would go into that file. */
static void open_standard_descriptors(void) {
  int descriptor;
  do descriptor = open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor > STDERR_FILENO) close(descriptor);
}

/* A program inherits what its parent ignored or blocked. With SIGCHLD ignored children could not be
 * waited for, and with the others blocked only SIGKILL would end this program. SIGXFSZ is ignored
 * so that a limit on the size of files is an error, like a full disk. */
static void set_signals(void) {
  const int needed[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGUSR1};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) sigaddset(&set, needed[i]);
  signal(SIGCHLD, SIG_DFL);
  signal(SIGXFSZ, SIG_IGN);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int main(int argc, char **argv) {
  prctl(PR_SET_NAME, program_invocation_short_name); /* not "exe", the name after exec */
  open_standard_descriptors();
  set_signals();
  return commands_main(argc, argv);
}
