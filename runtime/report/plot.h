/* gnuplot as a child process. */
#ifndef REPORT_PLOT_H
#define REPORT_PLOT_H

#include "base/failure.h"

#include <stdbool.h>
#include <stddef.h>

/* What gnuplot writes to its standard output for this script; *output is released with free(). Not
 * installed: STATUS_OK, *output NULL and the reason in err. */
status_code plot_run(const char *script, size_t length, char **output, size_t *output_length,
                     failure *err);

#endif
