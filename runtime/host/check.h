/* Does a plugin keep the contract of its kind? The code behind `hifm plugin check` and the
 * conformance test that every plugin in the tree passes. */
#ifndef HOST_CHECK_H
#define HOST_CHECK_H

#include "base/failure.h"

#include <stdbool.h>
#include <stddef.h>

/* Is called after every check: its name, the verdict, and what was measured or what is wrong. */
typedef void (*check_report)(void *context, const char *name, bool passed, const char *detail);

/* Checks one file in this process, with its defaults, on every kind of data point that the plugin
 * accepts. *failed counts the checks that failed; a file that is not a plugin fails the first one.
 * The plugin may crash or hang: see check_plugin_apart. */
status_code check_plugin(const char *path, check_report report, void *context, size_t *failed,
                         failure *err);

/* The same in a child process with a time limit. A child that dies fails one more check, which
 * names the last one that it finished. */
status_code check_plugin_apart(const char *path, unsigned seconds, check_report report,
                               void *context, size_t *failed, failure *err);

#endif
