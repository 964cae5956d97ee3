/* Another program, run to its end as a child process: it reads a text, and what it prints is
 * returned. */
#ifndef BASE_CHILD_PROGRAM_H
#define BASE_CHILD_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

typedef struct child_output {
  char *text,
      *complaint; /* of its standard output and standard error, each with a NUL at its end */
  size_t length;  /* of text */
  int exit_code;  /* -1: a signal has ended it */
  bool too_slow;
} child_output;

/* Runs arguments[0] (found by PATH; a NULL ends the list) with input [length] as its standard input
 * for at most `seconds`. Returns 0, however it ended, or the errno of the failure to run it: ENOENT
 * where it is not installed. child_program_close releases what it printed, also after a failure. */
int child_program_run(const char *const *arguments, const char *input, size_t length,
                      unsigned seconds, child_output *out);
void child_program_close(child_output *out);

#endif
