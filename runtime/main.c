/* The command line of hifm. */
#include "front/commands.h"

#include <fcntl.h>
#include <unistd.h>

/* Started with standard output closed, the first file opened would get its number, and what is
 * printed would land in it. */
static void open_standard_descriptors(void) {
  int descriptor;
  do descriptor = open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor > STDERR_FILENO) close(descriptor);
}

int main(int argc, char **argv) {
  open_standard_descriptors();
  return commands_main(argc, argv);
}
