/* A grid is run with the plugins that were there when it began, whatever is built meanwhile. */
#ifndef GRID_PLUGIN_SNAPSHOT_H
#define GRID_PLUGIN_SNAPSHOT_H

#include "base/failure.h"
#include "base/value.h"

/* Copies every plugin of the catalogue (host/catalogue.h) into out/.plugins/<hash of them all>,
 * unless it is there, and removes the copies of others: the caller holds the lock of out. folder:
 * where workers look for plugins (schedule.h), in the arena. STATUS_BAD_CONFIG names a file that is
 * no longer what the catalogue knows; further errors as of files_read and files_write. */
status_code plugin_snapshot_take(arena *a, const char *out, const value *catalogue,
                                 const char **folder, failure *err);

#endif
