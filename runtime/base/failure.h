/* Status codes and error messages of the runtime. Every function that can fail returns a
 * status_code and writes one sentence (what, where, the rule, a hint) into the caller's failure.
 *
 * The codes are also the exit codes of the program (those of sysexits.h where one fits). Plugins
 * have a shorter list of their own, hifm/status.h; host/plugin_status.h converts. */
#ifndef BASE_FAILURE_H
#define BASE_FAILURE_H

#include <stdarg.h>
#include <stdio.h>

/* One list makes the enum and the texts. */
#define STATUS_LIST(X)                                                                             \
  X(STATUS_OK, 0, "ok")                                                                            \
  X(STATUS_SOME_FAILED, 1, "the grid ended, some runs failed")                                     \
  X(STATUS_USAGE, 2, "wrong command line")                                                         \
  X(STATUS_BAD_INPUT, 65, "bad input data")                                                        \
  X(STATUS_NO_INPUT, 66, "input missing")                                                          \
  X(STATUS_BUG, 70, "internal error")                                                              \
  X(STATUS_NO_RESOURCE, 71, "no memory, process or thread")                                        \
  X(STATUS_CANNOT_CREATE, 73, "cannot create a file")                                              \
  X(STATUS_IO_FAILED, 74, "reading or writing failed")                                             \
  X(STATUS_BUSY, 75, "another hifm holds the results folder")                                      \
  X(STATUS_DIVERGED, 76, "numbers are not finite")                                                 \
  X(STATUS_NO_PERMISSION, 77, "permission denied")                                                 \
  X(STATUS_BAD_CONFIG, 78, "bad script, setting or plugin")                                        \
  X(STATUS_INTERRUPTED, 130, "interrupted")

#define STATUS_ENTRY(name, code, text) name = (code),
typedef enum status_code { STATUS_LIST(STATUS_ENTRY) } status_code;
#undef STATUS_ENTRY

typedef struct failure {
  status_code status;
  char message[600]; /* one sentence, no newline at the end, cut when longer */
} failure;

/* Writes the message (printf rules) into err, which may be NULL, and returns status, so that a
 * failing function ends with `return failure_set(err, STATUS_BAD_INPUT, "...", ...);`. */
__attribute__((format(printf, 3, 4))) static inline status_code
failure_set(failure *err, status_code status, const char *format, ...) {
  if (!err) return status;
  va_list arguments;
  va_start(arguments, format);
  err->status = status;
  vsnprintf(err->message, sizeof err->message, format, arguments);
  va_end(arguments);
  return status;
}

#endif
