/* A grid is run with the plugins that were there when it began, whatever is built meanwhile. */
#ifndef FRONT_FREEZE_H
#define FRONT_FREEZE_H

#include "base/value.h"
#include "hifm/status.h"

/* Copies every plugin of the catalogue (host/catalogue.h) into out/.plugins/<hash of them all>,
 * unless it is there, and removes the copies of others: the caller holds the lock of out. folder:
 * where workers look for plugins (schedule.h), in the arena. HIFM_BAD_CONFIG names a file that is
 * no longer what the catalogue knows; further errors as of files_read and files_write. */
hifm_status freeze_plugins(arena *a, const char *out, const value *catalogue, const char **folder,
                           hifm_error *err);

#endif
