#include "report/plot.h"

#include "base/child_program.h"
#include "base/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SECONDS = 120 };

static status_code fail(child_output *made, failure *err) {
  if (made->too_slow)
    return failure_set(err, STATUS_CANNOT_CREATE, "gnuplot took longer than %d s", MOST_SECONDS);
  for (char *c = made->complaint; *c; c++)
    if (*c == '\n') *c = ' ';
  return failure_set(err, STATUS_CANNOT_CREATE, "gnuplot failed: %.400s", made->complaint);
}

status_code plot_run(const char *script, size_t length, char **output, size_t *output_length,
                     failure *err) {
  static const char *const GNUPLOT[] = {"gnuplot", "-d", NULL}; /* -d: no file of the user's */
  child_output made;
  status_code status = STATUS_OK;
  *output = NULL;
  const int code = child_program_run(GNUPLOT, script, length, MOST_SECONDS, &made);
  if (code == ENOENT)
    failure_set(err, STATUS_OK, "gnuplot is not installed (Debian: apt install gnuplot-nox)");
  else if (code != 0)
    status = failure_set(err, files_status(code, STATUS_CANNOT_CREATE), "cannot start gnuplot: %s",
                         strerror(code));
  else if (made.exit_code != 0)
    status = fail(&made, err);
  else {
    *output = made.text;
    *output_length = made.length;
    made.text = NULL;
  }
  child_program_close(&made);
  return status;
}
