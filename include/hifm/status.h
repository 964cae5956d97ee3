/* How a plugin reports that it failed: a status, and one sentence for the user.
 *
 * A function that returns hifm_status returns HIFM_OK, or it writes a message with hifm_fail and
 * returns another status. The message names the thing, its value and the rule, without a newline:
 * "needs particles, the data set has plain points". The host adds which plugin said it. */
#ifndef HIFM_STATUS_H
#define HIFM_STATUS_H

#include <stdarg.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hifm_status {
  HIFM_OK = 0,
  HIFM_BAD_SETTINGS = 1, /* the settings are wrong, alone or for this domain */
  HIFM_BAD_INPUT = 2,    /* a data point or a file cannot be used */
  HIFM_DIVERGED = 3,     /* numbers are not finite, or a solver gives up: a result, shown as such */
  HIFM_NO_MEMORY = 4,
  HIFM_IO_FAILED = 5,  /* a file could not be read */
  HIFM_INTERRUPTED = 6 /* only from callbacks of the host: return it unchanged */
} hifm_status;

typedef struct hifm_error {
  hifm_status status;
  char message[600]; /* cut when longer */
} hifm_error;

/* Writes the message (printf rules) into err, which may be NULL, and returns status, so that a
 * failing function ends with `return hifm_fail(err, HIFM_BAD_INPUT, "...", ...);`. */
__attribute__((format(printf, 3, 4))) static inline hifm_status
hifm_fail(hifm_error *err, hifm_status status, const char *format, ...) {
  va_list arguments;
  if (!err) return status;
  va_start(arguments, format);
  err->status = status;
  vsnprintf(err->message, sizeof err->message, format, arguments);
  va_end(arguments);
  return status;
}

#ifdef __cplusplus
}
#endif
#endif
