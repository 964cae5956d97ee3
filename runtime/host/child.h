/* Work on a plugin that may crash or hang: it is done in a child process with a time limit, and
 * this process only reads what the child writes. */
#ifndef HOST_CHILD_H
#define HOST_CHILD_H

#include "base/failure.h"

#include <stddef.h>

/* Runs body in a forked child, which writes its answer to fd; what it prints goes nowhere. *bytes
 * (released with free(), NUL after it) is all that was written, also on failure. STATUS_BAD_CONFIG
 * when the child did not return from body: err->message says what happened, "crashed with SIGSEGV",
 * "took longer than 5 s" or "ended by itself with exit code 3". The call returns after that time in
 * any case; processes that the child has started are killed with it. */
status_code child_run(void (*body)(void *context, int fd), void *context, unsigned seconds,
                      char **bytes, size_t *length, failure *err);

/* All of the text, for body. */
void child_write(int fd, const char *text);

#endif
