/* What went wrong, and in which words. Every function of hifm that can fail returns a hifm_status
 * and writes one sentence (what, where, the rule, a hint) into the caller's hifm_error. */
#ifndef HIFM_STATUS_H
#define HIFM_STATUS_H

#include <stdarg.h>
#include <stdio.h>

/* One list makes the enum and the texts; the numbers are also the exit codes of the program. */
#define HIFM_STATUS_LIST(X)                                                                        \
  X(HIFM_OK, 0, "ok")                                                                              \
  X(HIFM_SOME_FAILED, 1, "some runs failed")                                                       \
  X(HIFM_USAGE, 2, "wrong usage")                                                                  \
  X(HIFM_BAD_INPUT, 65, "bad input data")                                                          \
  X(HIFM_NO_INPUT, 66, "input missing")                                                            \
  X(HIFM_BUG, 70, "internal error")                                                                \
  X(HIFM_NO_RESOURCE, 71, "the system gave no memory, process or thread")                          \
  X(HIFM_CANNOT_CREATE, 73, "cannot create a file")                                                \
  X(HIFM_IO_FAILED, 74, "reading or writing failed")                                               \
  X(HIFM_BUSY, 75, "another hifm holds the directory")                                             \
  X(HIFM_DIVERGED, 76, "numbers stopped being finite")                                             \
  X(HIFM_NO_PERMISSION, 77, "permission denied")                                                   \
  X(HIFM_BAD_CONFIG, 78, "bad script, setting or plugin")                                          \
  X(HIFM_INTERRUPTED, 130, "interrupted")

#define HIFM_STATUS_ENTRY(name, code, text) name = (code),
typedef enum hifm_status { HIFM_STATUS_LIST(HIFM_STATUS_ENTRY) } hifm_status;
#undef HIFM_STATUS_ENTRY

typedef struct hifm_error {
  hifm_status status;
  char message[600]; /* one sentence, no newline at the end, cut when longer */
} hifm_error;

/* The status as words; never NULL. */
static inline const char *hifm_status_text(hifm_status status) {
#define HIFM_STATUS_CASE(name, code, text)                                                         \
  case name:                                                                                       \
    return text;
  switch (status) { HIFM_STATUS_LIST(HIFM_STATUS_CASE) }
#undef HIFM_STATUS_CASE
  return "unknown status";
}

/* Writes the message (printf rules) into err, which may be NULL, and returns status, so that a
 * failing function ends with `return hifm_fail(err, HIFM_BAD_INPUT, "...", ...);`. */
__attribute__((format(printf, 3, 4))) static inline hifm_status
hifm_fail(hifm_error *err, hifm_status status, const char *format, ...) {
  if (!err) return status;
  va_list arguments;
  va_start(arguments, format);
  err->status = status;
  vsnprintf(err->message, sizeof err->message, format, arguments);
  va_end(arguments);
  return status;
}

#endif
